import { AwsError } from './errors.ts'
import type { Answer } from './protocol/wire.ts'

/** Enough for all that is polled at once; the oldest goes when it is full. */
const cap = 5_000

/**
 * What was last answered to each question, so that it can be answered so again: AWS tells what was written before all that it
 * reads from knows. https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
export class LastAnswers {
  readonly #told = new Map<string, () => Answer>()

  /** As the same question was answered the time before; the next time by `serve` again. Throws what was thrown then. */
  answer(question: unknown, serve: () => Answer): Answer {
    const key = JSON.stringify(question)
    const before = this.#told.get(key)
    if (before) {
      this.#told.delete(key)
      return before()
    }
    const now = outcomeOf(serve)
    const [oldest] = this.#told.keys()
    if (this.#told.size >= cap && oldest !== undefined) this.#told.delete(oldest)
    this.#told.set(key, now)
    return now()
  }
}

/** Of a refusal too: that a thing is not there is what is told the longest. */
function outcomeOf(serve: () => Answer): () => Answer {
  try {
    const answer = serve()
    return () => answer
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return () => {
      throw error
    }
  }
}
