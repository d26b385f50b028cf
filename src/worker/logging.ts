import type { Logger, LogLevel, LogMetadata } from '@temporalio/worker'
import { pino, type Logger as Pino } from 'pino'

/** One JSON line each, on standard output, with what an SRE searches by: platform, app, step and run. */
export const jsonLog = (level: string): Pino =>
  pino({
    level,
    base: { service: 'norikae' },
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  })

const levels: Readonly<Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
}

/** Temporal's own lines, and those of activities and workflows, in the same form. */
export function temporalLogger(log: Pino): Logger {
  const write = (level: LogLevel, message: string, meta?: LogMetadata) =>
    log[levels[level]]({ ...meta, ...subjectOf(meta ?? {}) }, message)
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  }
}

/** From the ids that Temporal puts into every line of a workflow or an activity. */
export function subjectOf(meta: Readonly<Record<string | symbol, unknown>>): {
  platform?: string
  app?: string
  step?: string
  run?: string
} {
  const [, platform, app] = /^cluster-upgrade\/([^/]+)(?:\/app\/(.+))?$/.exec(text(meta['workflowId'])) ?? []
  const { activityId, runId } = meta as { activityId?: unknown; runId?: unknown }
  return {
    ...(platform !== undefined && { platform }),
    ...(app !== undefined && { app }),
    ...(typeof activityId === 'string' && { step: activityId }),
    ...(typeof runId === 'string' && { run: runId }),
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
