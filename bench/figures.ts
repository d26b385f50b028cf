/** The value that this share of all is at most, in seconds: `at(0.5, …)` is the median. */
export function at(share: number, milliseconds: readonly number[]): string {
  const sorted = milliseconds.toSorted((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
  return (value / 1000).toFixed(3)
}

export const p50AndP99 = (milliseconds: readonly number[]): string =>
  `${at(0.5, milliseconds)} · ${at(0.99, milliseconds)}`

export function leastMedianMost(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  return [sorted[0], sorted[Math.ceil(sorted.length / 2) - 1], sorted.at(-1)].join(' · ')
}

/** A row of docs/reference/limits.md, of today; `bench`: whose options are those that it was started with. */
export function limitsRow(what: string, figure: string, bench: string): string {
  const options = process.argv.slice(2)
  const command = ['npm run bench --', bench, ...options].join(' ')
  return `| ${what} | ${figure} | \`${command}\` | ${new Date().toISOString().slice(0, 10)} |`
}
