import { roleOf } from '../traffic/roles.ts'
import type { PodChange, RunningPod } from '../types.ts'

export interface Overlap {
  /** `<namespace>/<workload>` */
  readonly singleton: string
  readonly ms: number
}

interface Runs {
  /** Pods by cluster. */
  readonly on: Map<string, Set<string>>
  since: number | undefined
  ms: number
}

/**
 * How long pods of one singleton ran on two clusters at once. A pod runs from when it was ready until it is gone: while it
 * terminates it still works.
 */
export class SingletonOverlap {
  readonly #singletons = new Map<string, Runs>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  readonly see: PodChange = (pod, is) => {
    if (roleOf(pod) !== 'singleton') return
    const runs = this.#of(pod)
    const pods = runs.on.get(pod.cluster) ?? new Set()
    if (is === 'gone') pods.delete(pod.name)
    else if (pod.ready) pods.add(pod.name)
    if (pods.size > 0) runs.on.set(pod.cluster, pods)
    else runs.on.delete(pod.cluster)

    const both = runs.on.size > 1
    if (both) runs.since ??= this.#now()
    else if (runs.since !== undefined) {
      runs.ms += this.#now() - runs.since
      runs.since = undefined
    }
  }

  list(): readonly Overlap[] {
    return [...this.#singletons]
      .map(([singleton, { ms, since }]) => ({ singleton, ms: ms + (since === undefined ? 0 : this.#now() - since) }))
      .filter(({ ms }) => ms > 0)
  }

  #of(pod: RunningPod): Runs {
    const singleton = `${pod.namespace}/${workloadOf(pod.name)}`
    const runs = this.#singletons.get(singleton) ?? { on: new Map(), since: undefined, ms: 0 }
    this.#singletons.set(singleton, runs)
    return runs
  }
}

/** `<deployment>-<template hash>-<suffix>` */
const workloadOf = (pod: string) => pod.replace(/-[a-z0-9]+-[a-z0-9]+$/, '')
