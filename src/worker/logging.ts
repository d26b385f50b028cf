import { asyncLocalStorage } from '@temporalio/activity'
import type { Logger, LogLevel, LogMetadata } from '@temporalio/worker'
import { pino, type DestinationStream, type Logger as Pino } from 'pino'
import type { Outside } from '../activities/outside.ts'

/** One JSON line each, on standard output, with what an SRE searches by: platform, app, step and run. */
export const jsonLog = (level: string, to: DestinationStream = pino.destination(1)): Pino =>
  pino(
    {
      level,
      base: { service: 'norikae' },
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    to,
  )

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

/**
 * What activities say of their own. Temporal does not see these lines, so the activity that is running is asked whose
 * they are; what the line says itself wins.
 */
export const activityLog =
  (log: Pino): Outside['log'] =>
  (level, message, more) => {
    const info = asyncLocalStorage.getStore()?.info
    const { workflowId, runId } = info?.workflowExecution ?? {}
    const said = Object.entries(more).filter(([, value]) => value !== undefined)
    log[level](
      { ...subjectOf({ activityId: info?.activityId, workflowId, workflowRunId: runId }), ...Object.fromEntries(said) },
      message,
    )
  }

interface Subject {
  platform?: string
  app?: string
  step?: string
  run?: string
}

/** From the ids that Temporal puts into every line: `runId` into those of a workflow, `workflowRunId` of an activity. */
export function subjectOf(meta: Readonly<Record<string | symbol, unknown>>): Subject {
  const id = text(meta['workflowId']) ?? ''
  const [, platform, app] =
    /^cluster-upgrade\/([^/]+)(?:\/app\/(.+))?$/.exec(id) ??
    /^(?:upgrade-plan|next-upgrade|examination)\/([^/]+)/.exec(id) ??
    // The server puts the time after the name.
    /^scheduled-upgrade\/([^/]+?)(?:-\d{4}-\d\d-\d\dT[\d:]+Z)?$/.exec(id) ??
    []
  const step = text(meta['activityId'])
  const run = text(meta['workflowRunId']) ?? text(meta['runId'])
  return {
    ...(platform !== undefined && { platform }),
    ...(app !== undefined && { app }),
    ...(step !== undefined && { step }),
    ...(run !== undefined && { run }),
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
