/** Put on each request that an activity of a worker under test makes: which process it is of, and which activity. */
export const STEP_HEADER = 'x-norikae-test-step'

export interface Asking {
  readonly pid: number
  readonly workflow: string
  readonly type: string
  readonly id: string
}

export const asHeader = ({ pid, workflow, type, id }: Asking): string =>
  encodeURIComponent([pid, workflow, type, id].join(' '))

/** Undefined: nobody under test made the request. */
export function fromHeader(header: unknown): Asking | undefined {
  if (typeof header !== 'string') return undefined
  const [pid, workflow, type, id] = decodeURIComponent(header).split(' ')
  if (workflow === undefined || type === undefined || id === undefined) return undefined
  return { pid: Number(pid), workflow, type, id }
}

/** Where an activity is; `n` tells the answer to this one from others. */
export interface Told {
  readonly n: number
  readonly at: 'before' | 'after'
  readonly workflow: string
  readonly type: string
  readonly id: string
}

/** Of a worker: where it answers whether it is ready. Said once, as soon as it is known. */
export interface Listens {
  readonly listens: number
}

/** To a worker: an activity may go on; or all of it may begin. */
export type Word = { readonly go: number } | { readonly begin: true }
