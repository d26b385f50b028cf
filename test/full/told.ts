/** Put on each request that an activity of a worker under test makes: which it is. */
export const STEP_HEADER = 'x-norikae-test-step'

/** Where an activity is; `n` tells the answer to this one from others. */
export interface Told {
  readonly n: number
  readonly at: 'before' | 'after'
  readonly workflow: string
  readonly type: string
  readonly id: string
}
