import { givenUp } from '../../contract/given-up.ts'

/** A few of all steps, others each day, beside the first and the last; `npm run test:full -- given-up` has all. */
const day = Math.floor(Date.now() / 86_400_000)
givenUp((steps) => [...new Set([1, 1 + (day % steps), 1 + ((day * 7 + 11) % steps), steps])])
