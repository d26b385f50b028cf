/** Ten minutes of samples, one a second, as a scraped Prometheus would hold them. */

export type Labels = Readonly<Record<string, string>>

export interface Reading {
  readonly name: string
  readonly labels: Labels
  readonly value: number
}

export interface Point {
  readonly ms: number
  readonly value: number
}

export interface Found {
  readonly labels: Labels
  readonly points: readonly Point[]
}

const KEPT = 600

/** The same for the same labels, whatever their order. */
export const identity = (labels: Labels): string =>
  JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))

class Series {
  readonly name: string
  readonly labels: Labels
  readonly #ms = new Float64Array(KEPT)
  readonly #values = new Float64Array(KEPT)
  #count = 0

  constructor(name: string, labels: Labels) {
    this.name = name
    this.labels = labels
  }

  add(ms: number, value: number): void {
    this.#ms[this.#count % KEPT] = ms
    this.#values[this.#count % KEPT] = value
    this.#count++
  }

  /** Later than `from`, up to and with `to`. */
  between(from: number, to: number): Point[] {
    const points: Point[] = []
    for (let i = Math.max(0, this.#count - KEPT); i < this.#count; i++) {
      const ms = this.#ms[i % KEPT] ?? 0
      if (ms > from && ms <= to) points.push({ ms, value: this.#values[i % KEPT] ?? 0 })
    }
    return points
  }
}

export class SeriesStore {
  readonly #series = new Map<string, Series>()
  readonly #hidden: (labels: Labels) => boolean

  /** @param hidden series that are there and not told, for the fault "metrics missing" */
  constructor(hidden: (labels: Labels) => boolean = () => false) {
    this.#hidden = hidden
  }

  sample(ms: number, readings: Iterable<Reading>): void {
    for (const { name, labels, value } of readings) {
      const key = `${name}${identity(labels)}`
      const series = this.#series.get(key) ?? new Series(name, labels)
      this.#series.set(key, series)
      series.add(ms, value)
    }
  }

  /** @param name empty: any */
  find(name: string, matches: (labels: Labels) => boolean, from: number, to: number): Found[] {
    return [...this.#series.values()]
      .filter((s) => (name === '' || s.name === name) && matches(s.labels) && !this.#hidden(s.labels))
      .map((s) => ({ labels: s.labels, points: s.between(from, to) }))
      .filter((s) => s.points.length > 0)
  }
}
