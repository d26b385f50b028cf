/** What can go wrong between a person and a workflow, each with a message that says who can end it and how. */

/** The worker, or a rule that it shares with us, said no; nothing was changed. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** What was given cannot be meant; nothing was started. One line a problem. */
export class BadInput extends Error {
  override readonly name = 'BadInput'
  readonly code = 'bad-input'
}

/** The environment is not ready: no server, no worker, no such workflow. Nothing was changed. */
export class NotReady extends Error {
  override readonly name = 'NotReady'
  readonly code:
    | 'no-server'
    | 'no-namespace'
    | 'no-worker'
    | 'no-answer'
    | 'no-progress'
    | 'not-found'
    | 'no-search-attributes'
  constructor(code: NotReady['code'], message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** The workflow itself ended badly. */
export class Failed extends Error {
  override readonly name = 'Failed'
  readonly code = 'failed'
  /** It changes nothing whatever becomes of it. */
  readonly onlyLooked: boolean
  constructor(message: string, onlyLooked = false) {
    super(message)
    this.onlyLooked = onlyLooked
  }
}

/** Who asked has gone before there was an answer; nothing was changed. */
export class Left extends Error {
  override readonly name = 'Left'
  readonly code = 'left'
}
