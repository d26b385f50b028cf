/** `npm run test:full -- --every`: each step instead of one of its kind. */
export const EVERY = process.env['NORIKAE_TEST_EVERY'] === '1'

/** For whoever reads along: what a run came to, and what people were asked beside the gates of the plan. */
export const report = (what: string, asked: readonly string[]): void => {
  process.stdout.write(`${[what, ...asked.map((a) => `  asked: ${a}`)].join('\n')}\n`)
}
