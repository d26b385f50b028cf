import { roleOf } from '../traffic/roles.ts'
import type { PodChange, RunningPod } from '../types.ts'

export interface SingletonJudgement {
  /** `<namespace>/<workload>` */
  readonly singleton: string
  /** How long it ran on two clusters at once, in all. */
  readonly overlapMs: number
  /** How long it ran nowhere, at longest, since it ran first. */
  readonly downtimeMs: number
}

interface Runs {
  /** Pods by cluster. */
  readonly on: Map<string, Set<string>>
  /** Since when it runs on both, or on none. */
  since: { readonly on: 'both' | 'none'; readonly ms: number } | undefined
  overlapMs: number
  downtimeMs: number
}

/** Where pods of each singleton ran. One runs from when it was ready until it is gone: while it terminates it still works. */
export class Singletons {
  readonly #singletons = new Map<string, Runs>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  readonly see: PodChange = (pod, is) => {
    if (roleOf(pod) !== 'singleton') return
    const runs = this.#of(pod)
    const pods = runs.on.get(pod.cluster) ?? new Set<string>()
    const ran = runs.on.size > 0
    if (is === 'gone') pods.delete(pod.name)
    else if (pod.ready) pods.add(pod.name)
    if (pods.size > 0) runs.on.set(pod.cluster, pods)
    else runs.on.delete(pod.cluster)

    const on = runs.on.size > 1 ? 'both' : runs.on.size === 0 && (ran || runs.since?.on === 'none') ? 'none' : undefined
    if (on === runs.since?.on) return
    Object.assign(runs, this.#until(runs))
    runs.since = on && { on, ms: this.#now() }
  }

  list(): readonly SingletonJudgement[] {
    return [...this.#singletons].map(([singleton, runs]) => ({ singleton, ...this.#until(runs) }))
  }

  /** With what goes on now. */
  #until({ since, overlapMs, downtimeMs }: Runs): Pick<SingletonJudgement, 'overlapMs' | 'downtimeMs'> {
    const ms = since === undefined ? 0 : this.#now() - since.ms
    if (since?.on === 'both') return { overlapMs: overlapMs + ms, downtimeMs }
    return { overlapMs, downtimeMs: Math.max(downtimeMs, ms) }
  }

  #of(pod: RunningPod): Runs {
    const singleton = `${pod.namespace}/${workloadOf(pod.name)}`
    const runs = this.#singletons.get(singleton) ?? { on: new Map(), since: undefined, overlapMs: 0, downtimeMs: 0 }
    this.#singletons.set(singleton, runs)
    return runs
  }
}

/** `<deployment>-<template hash>-<suffix>` */
const workloadOf = (pod: string) => pod.replace(/-[a-z0-9]+-[a-z0-9]+$/, '')
