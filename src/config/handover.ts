import { z } from 'zod'
import { bufferPresets, type BufferPreset, type BufferPresetName } from '../domain/buffer-presets.ts'
import { jobKinds } from '../domain/one-shot-jobs.ts'
import type { Handover } from '../domain/platform.ts'
import { hours, WINDOW } from './calendar.ts'
import { measure, podsCall } from './measure.ts'
import { expecting, leaseName, oneOf, time, words } from './pieces.ts'
import { didYouMean, shown } from './words.ts'

const variant = <const C extends Handover['class'], S extends z.ZodRawShape>(name: C, says: string, shape: S) =>
  z.strictObject({ handover: z.literal(name).describe(says), ...shape })

const windowed = { window: hours.exactOptional().describe(WINDOW) }

const presets = ['fluentd', 'fluent-bit', 'postfix'] as const satisfies readonly BufferPresetName[]

const bufferKeys = {
  budget: time.describe('How long its buffer may take to drain.'),
  preset: oneOf(presets)
    .exactOptional()
    .describe('What it is: then it is known how to measure it, and how it is made to deliver what it holds.'),
  depth: measure
    .exactOptional()
    .describe(
      'What has not been delivered yet: PromQL with {cluster}, or a number over HTTP. Needed without a preset.',
    ),
  flush: podsCall
    .exactOptional()
    .describe('A GET on each of its pods that makes it deliver at once, or relay, what it holds: ":8080/flush".'),
}

const variants = [
  variant('overlap', 'Runs on both sides; the weights move its traffic.', {}),
  variant('consumer', 'Takes work from a queue.', {
    idempotent: z
      .boolean(expecting('true or false', 'true if one message may be worked on twice, else false'))
      .describe('May one message be worked on twice? Then green starts before blue stops.'),
    inFlight: measure
      .exactOptional()
      .describe(
        'What was taken from the queue and is not done: PromQL, or a number over HTTP. With idempotent: false the other side starts when it is zero.',
      ),
    budget: time.exactOptional().describe('How long inFlight may take to be zero. Default: 15m.'),
    ...windowed,
  }),
  variant('schedule', 'Starts by the clock: a CronJob.', windowed),
  variant('singleton', 'Never runs twice.', {
    downtime: time.describe('How long it may run nowhere.'),
    lease: leaseName
      .exactOptional()
      .describe(
        'The Lease that it holds while it runs (of Kubernetes, Akka or Pekko), looked for before green starts.',
      ),
    proof: measure
      .exactOptional()
      .describe('PromQL, or a number over HTTP: 0 once nobody is it any more. Nothing is no proof.'),
    ...windowed,
  }),
  variant('buffer', 'Holds what others gave it until it is delivered.', { ...bufferKeys, ...windowed }),
  variant('stateful', 'Has volumes, and moves with them.', {
    by: oneOf(['handover', 'copy']).describe(
      'handover: the volumes themselves move. copy: green gets volumes made from snapshots, and blue keeps its own.',
    ),
    lossOnReturn: words('what is lost', 'what going back loses, for people to accept')
      .exactOptional()
      .describe(
        'With by: copy: what going back loses, in words. It is read at the gate, and accepted by name before it goes back.',
      ),
    ...windowed,
  }),
] as const

export const handover = z.discriminatedUnion('handover', variants, {
  error: ({ input }) => wrongClass(input),
})

const BUFFER = '{ handover: buffer, budget: 2h, preset: fluentd }, or with depth: <PromQL>'

/** Platform apps go with the cluster; only what they hold back has to be waited for. */
export const platformHandover = z.discriminatedUnion(
  'handover',
  [variant('buffer', 'Its buffer is drained before blue goes.', bufferKeys)],
  {
    error: ({ input }) => {
      if (!isObject(input)) return `${shown(input)} is not a mapping; write ${BUFFER}`
      const { handover: wrong } = input
      return wrong === undefined
        ? `is missing; write ${BUFFER}`
        : `${shown(wrong)} is not for platform apps; write buffer, or leave the app out of the settings`
    },
  },
)

const classes: readonly string[] = variants.map((v) => v.shape.handover.value)

/** Which classes take a key. */
export const classesWith = (key: string): readonly string[] =>
  variants.filter((v) => Object.hasOwn(v.shape, key)).map((v) => v.shape.handover.value)

function wrongClass(input: unknown): string {
  const write = `write one of ${classes.join(', ')}`
  if (!isObject(input)) return `${shown(input)} is not a mapping; write { handover: <class> }`
  const { handover: wrong } = input
  if (wrong === undefined) return `is missing; ${write}`
  if (wrong === 'external') return 'external is not for workloads; list what is outside under externals of the app'
  if (isJobKind(wrong)) return `${wrong} is for Jobs; write it under jobs of the app: jobs: { <name>: ${wrong} }`
  return `${shown(wrong)} is no handover class; ${write}${typeof wrong === 'string' ? didYouMean(wrong, classes) : ''}`
}

const isJobKind = (value: unknown): value is string => jobKinds.some((kind) => kind === value)

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** As long as pods may take to start: what was taken by then is worked on, or given back by its queue. */
const SETTLES_WITHIN = '15m'

/** What is written wins over the preset; `rules/buffers.ts` saw that there is one of them. */
function measured(written: Pick<z.output<(typeof variants)[4]>, 'preset' | 'depth' | 'flush'>) {
  const { preset, depth } = written
  const known: BufferPreset | undefined = preset && bufferPresets[preset]
  const flush = written.flush ?? known?.flush
  return { depth: depth ?? known?.depth ?? '', ...(flush !== undefined && { flush }) }
}

/** As written to as planned. */
export function planned(written: z.output<typeof handover>): Handover {
  const window = 'window' in written ? written.window : undefined
  return { ...way(written), ...(window !== undefined && { window: [window].flat() }) }
}

function way(written: z.output<typeof handover>): Handover {
  const { handover: name } = written
  switch (name) {
    case 'overlap':
    case 'schedule':
      return { class: name }
    case 'consumer':
      return {
        class: name,
        idempotent: written.idempotent,
        ...(written.inFlight !== undefined && {
          inFlight: written.inFlight,
          settlesWithin: written.budget ?? SETTLES_WITHIN,
        }),
      }
    case 'singleton':
      return {
        class: name,
        downtime: written.downtime,
        ...(written.lease !== undefined && { lease: written.lease }),
        ...(written.proof !== undefined && { proof: written.proof }),
      }
    case 'buffer':
      return { class: name, drainWithin: written.budget, ...measured(written) }
    case 'stateful':
      return {
        class: name,
        by: written.by,
        ...(written.lossOnReturn !== undefined && { lossOnReturn: written.lossOnReturn }),
      }
  }
}
