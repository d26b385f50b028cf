import { expect, test } from 'vitest'
import type { Outside } from '../../../src/activities/outside.ts'
import { roleTrustActions } from '../../../src/activities/role-trust.ts'
import { aCluster } from '../../support/eks.ts'
import { driven } from '../../support/driven.ts'
import { call, scope } from '../../support/small-world.ts'

const cluster = (name: string) =>
  aCluster({ name, arn: `arn:aws:eks:${scope.region}:${scope.account}:cluster/${name}` })
const trusting = (name: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'pods.eks.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:RequestTag/eks-cluster-name': name } },
      },
    ],
  })

test('hundreds of roles are looked at a few at a time, each is written once, and all are seen to be', async () => {
  const names = Array.from({ length: 300 }, (_, n) => `role-${n}`)
  const trust = new Map(names.map((name) => [name, trusting(scope.blue)]))
  const told = new Map(trust)
  const writes = new Map<string, number>()
  let [reads, now, most] = [0, 0, 0]
  const roles = {
    trustQuota: async () => 2048,
    find: async (name: string) => {
      reads += 1
      now += 1
      most = Math.max(most, now)
      await Promise.resolve()
      now -= 1
      return { name, arn: name, trust: told.get(name) ?? '', tags: {} }
    },
    setTrust: async (name: string, document: string) => {
      writes.set(name, (writes.get(name) ?? 0) + 1)
      trust.set(name, document)
    },
  }
  const ports = {
    identity: { whoAmI: async () => ({ account: scope.account, principalArn: '' }) },
    eks: () => ({ findCluster: async (name: string) => cluster(name) }),
    roles: () => roles,
  }
  const empty = () => ({})
  // What else a port has is not asked.
  const outside = {
    ports: new Proxy(ports, { get: (of, name) => Reflect.get(of, name) ?? empty }),
  } as unknown as Outside
  const its = { cluster: scope.green, like: scope.blue, roles: names }
  const { answer, waits } = await driven(roleTrustActions(outside).trustCluster, call<'trustCluster'>(its), {
    // IAM tells late what was written.
    between: (_, attempt) => {
      if (attempt === 2) for (const [name, document] of trust) told.set(name, document)
    },
  })
  expect(answer.note).toBe(`300 roles let in ${scope.green} wherever they let in ${scope.blue} (300 statements)`)
  expect(waits).toEqual(Array(2).fill('the trust policies of 300 of 300 roles were written, and IAM is to tell them'))
  expect(new Set(writes.values())).toEqual(new Set([1]))
  expect([writes.size, reads, most]).toEqual([300, 900, 4])
})
