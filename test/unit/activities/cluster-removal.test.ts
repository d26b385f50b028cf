import { expect, test } from 'vitest'
import { clusterActions } from '../../../src/activities/clusters.ts'
import { denied } from '../../../src/activities/errors.ts'
import type { Outside } from '../../../src/activities/outside.ts'
import type { ActionCall } from '../../../src/domain/actions.ts'
import { RUN_TAG } from '../../../src/domain/clone.ts'
import { aCluster } from '../../support/eks.ts'
import { attempted } from '../../support/driven.ts'

const call: ActionCall<'deleteCluster'> = {
  input: { cluster: 'demo-1-36', identity: 'made-by-this-run' },
  scope: { platform: 'demo', account: '1', region: 'ap-northeast-1', blue: 'demo-1-35', green: 'demo-1-36' },
  run: 'r1',
  attempt: 1,
  step: 'cluster/delete',
  asker: 'demo',
}

type Told = Readonly<Record<string, string | undefined>>

/** What becomes of the removal where EKS tells of these, and what it was asked to write. */
async function removal(groups: Told, profiles: Told) {
  const wrote: string[] = []
  const found = (told: Told) => async (_: string, name: string) => told[name] && { status: told[name] }
  const eks = {
    findCluster: async () => aCluster({ tags: { [RUN_TAG]: 'r1' }, status: 'ACTIVE', deletionProtection: true }),
    nodegroupNames: async () => Object.keys(groups),
    findNodegroup: found(groups),
    fargateProfileNames: async () => Object.keys(profiles),
    findFargateProfile: found(profiles),
    identityProviders: async () => [],
    setDeletionProtection: async () => wrote.push('protection'),
    deleteCluster: async () => wrote.push('cluster'),
  }
  const identity = { whoAmI: async () => ({ account: '1', principalArn: 'arn:worker' }) }
  const own = { eks: () => eks, identity } as Readonly<Record<string | symbol, unknown>>
  const ports = new Proxy(own, { get: (of, name) => of[name] ?? (() => ({})) })
  const { deleteCluster } = clusterActions({ ports } as unknown as Outside) // all that it asks
  const why = await attempted(deleteCluster, call).catch(({ message }: Error) => message)
  return [why, ...wrote]
}

test.for([
  {
    groups: { apps: 'ACTIVE' },
    profiles: {},
    is: ['demo-1-36 still has the node groups apps; delete them, then retry'],
  },
  {
    groups: {},
    profiles: { batch: 'ACTIVE', cron: 'DELETING' },
    is: ['demo-1-36 still has the Fargate profiles batch; delete them, then retry'],
  },
  {
    groups: { apps: 'DELETING', infra: 'CREATING' },
    profiles: { batch: 'DELETE_FAILED' },
    is: ['demo-1-36 still has the node groups infra and the Fargate profiles batch; delete them, then retry'],
  },
  { groups: {}, profiles: { batch: 'DELETING' }, is: ['Fargate profile batch of demo-1-36 is going'] },
  { groups: { apps: undefined }, profiles: {}, is: ['node group apps of demo-1-36 is going'] },
  { groups: {}, profiles: {}, is: ['the deletion protection of demo-1-36 is being lifted', 'protection'] },
])('a cluster with $groups and $profiles: $is', async ({ groups, profiles, is }) => {
  expect(await removal(groups, profiles)).toEqual(is)
})

test.for([
  { says: 'is gone by now', later: undefined, is: 'demo-1-36 is going' },
  { says: 'is there', later: 'FAILED', is: 'not authorized' },
])('a green that failed in an earlier try, may not be deleted and $says', async ({ later, is }) => {
  const failed = (status: string) => aCluster({ tags: { [RUN_TAG]: 'r1' }, status })
  const looks = [failed('FAILED'), later === undefined ? undefined : failed(later)]
  const eks = {
    findCluster: async () => looks.shift(),
    deleteCluster: () => Promise.reject(denied('not authorized')),
  }
  const identity = { whoAmI: async () => ({ account: '1', principalArn: 'arn:worker' }) }
  const own = { eks: () => eks, identity } as Readonly<Record<string | symbol, unknown>>
  const ports = new Proxy(own, { get: (of, name) => of[name] ?? (() => ({})) })
  const { createCluster } = clusterActions({ ports } as unknown as Outside) // all that it asks
  const creation: ActionCall<'createCluster'> = {
    ...call,
    input: { cluster: 'demo-1-36', like: 'demo-1-35', version: '1.36' },
    step: 'cluster/create',
    attempt: 2,
  }
  expect(await attempted(createCluster, creation).catch(({ message }: Error) => message)).toBe(is)
})
