import type { RunningPod } from '../types.ts'

export interface AppFault {
  readonly app: string
  readonly environment?: string
  /** Left out: both. */
  readonly cluster?: 'blue' | 'green'
  /** The share of answers that are 500, from 0 to 1. */
  readonly rate?: number
  /** What every answer takes longer. */
  readonly addedMs?: number
}

/** What is wrong with the apps now: asked by their pods for every answer. */
export class AppFaults {
  readonly #faults = new Map<string, AppFault>()
  readonly #due = new Map<string, number>()
  readonly #blue: () => string | undefined

  /** @param blue the name of the oldest cluster: every other is green */
  constructor(blue: () => string | undefined) {
    this.#blue = blue
  }

  set(name: string, fault: AppFault): void {
    this.#faults.set(`${name}/${fault.app}`, fault)
  }

  /** Without an app: of all apps. */
  clear(name: string, app?: string): void {
    for (const key of this.#faults.keys()) {
      if (app === undefined ? key.startsWith(`${name}/`) : key === `${name}/${app}`) this.#faults.delete(key)
    }
  }

  list(): readonly (AppFault & { readonly name: string })[] {
    return [...this.#faults].map(([key, fault]) => ({ name: key.slice(0, key.indexOf('/')), ...fault }))
  }

  /** What happens to the next answer of this pod. Failures are dealt out evenly, so that a rate is a rate at once. */
  next(pod: RunningPod): { fails: boolean; addedMs: number } {
    let fails = false
    let addedMs = 0
    for (const [key, fault] of this.#faults) {
      if (!this.#meets(fault, pod)) continue
      addedMs += fault.addedMs ?? 0
      const due = (this.#due.get(key) ?? 0) + (fault.rate ?? 0)
      // A little under one: ten times 0.1 is not quite one in floating point.
      const now = due >= 1 - 1e-9
      this.#due.set(key, now ? due - 1 : due)
      fails ||= now
    }
    return { fails, addedMs }
  }

  #meets({ app, environment, cluster }: AppFault, pod: RunningPod): boolean {
    if (pod.labels['app'] !== app) return false
    if (environment !== undefined && pod.labels['env'] !== environment) return false
    return cluster === undefined || (cluster === 'blue') === (pod.cluster === this.#blue())
  }
}
