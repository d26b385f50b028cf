import { expect, test } from 'vitest'
import { REPLICAS, STOPPED_AT } from '../../src/domain/annotations.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { replicasToWakeWith } from '../../src/domain/sleep.ts'

const worker = (replicas: number, notes: { had?: number; stopped?: string } = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'worker',
    annotations: {
      ...(notes.had !== undefined && { [REPLICAS]: String(notes.had) }),
      ...(notes.stopped !== undefined && { [STOPPED_AT]: `2026-11-26T${notes.stopped}:00.000Z` }),
    },
  },
  spec: { replicas },
})

test.for([
  { says: 'as many as run on the other side', mine: worker(0, { had: 3 }), other: worker(5), is: 5 },
  {
    says: 'as many as were stopped on the other side',
    mine: worker(0, { had: 3 }),
    other: worker(0, { had: 5, stopped: '10:00' }),
    is: 5,
  },
  {
    says: 'its own, where the other side never ran',
    mine: worker(0, { had: 5, stopped: '10:00' }),
    other: worker(0, { had: 3 }),
    is: 5,
  },
  {
    says: 'its own, where it was stopped after the other side',
    mine: worker(0, { had: 5, stopped: '11:00' }),
    other: worker(0, { had: 3, stopped: '10:00' }),
    is: 5,
  },
  {
    says: 'those of the other side, where that was stopped later',
    mine: worker(0, { had: 5, stopped: '10:00' }),
    other: worker(0, { had: 7, stopped: '11:00' }),
    is: 7,
  },
  {
    says: 'its own, where the other side has scaled itself to none',
    mine: worker(0, { had: 3 }),
    other: worker(0),
    is: 3,
  },
  { says: 'its own, where there is no other side', mine: worker(0, { had: 3 }), other: undefined, is: 3 },
])('a workload wakes up with $says', ({ mine, other, is }) => {
  expect(replicasToWakeWith(mine, other)).toBe(is)
})
