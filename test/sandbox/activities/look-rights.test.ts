import { readFile } from 'node:fs/promises'
import { parseAllDocuments } from 'yaml'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Finding } from '../../../src/domain/findings.ts'
import { apps, BLUE } from '../../../src/sandbox/seed/apps.ts'
import { seedBlue, seedPlatform } from '../../../src/sandbox/seed.ts'
import { driven } from '../../support/driven.ts'
import { aSmallWorld, scope, type SmallWorld } from '../../support/small-world.ts'

/**
 * Each right of deploy/rbac/look.yaml taken away by itself, as the API server tells it of who lacks it: whoever looks then
 * hears of it by name, or the table below says why nobody needs to.
 */

interface Right {
  readonly verb: string
  readonly group: string
  readonly resource: string
}

const text = await readFile(new URL('../../../deploy/rbac/look.yaml', import.meta.url), 'utf8')
interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}
const rights: readonly Right[] = parseAllDocuments(text)
  .flatMap((d) => (d.toJS() as { rules?: Rule[] }).rules ?? []) // the file is ours
  .flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => ({ verb, group, resource })))),
  )
const saysOf = ({ verb, group, resource }: Right) => `${verb} ${group === '' ? resource : `${group}/${resource}`}`

let world: SmallWorld
let file = ''
let closed: Right | undefined
let refused = 0
beforeAll(async () => {
  world = await aSmallWorld({
    disturb: ({ operation }) => {
      if (closed === undefined || operation !== saysOf(closed)) return undefined
      refused += 1
      return 'forbidden'
    },
  })
  await seedBlue(world.aws)
  const some = apps.filter(({ name }) => ['chat-actor', 'mail-sender', 'reports'].includes(name))
  await seedPlatform(world.aws, world.cluster(BLUE.name), some)
  file = (await driven(world.activities.draft, { cluster: BLUE.name, region: scope.region })).answer.text
})
afterAll(() => world.stop())

async function found(): Promise<readonly Finding[]> {
  const request = { platform: 'chatwork-prod', to: '1.36', by: 'aoki@example.com', file }
  const workflow = { type: 'upgradePreflight', id: 'upgrade-preflight/chatwork-prod/1' }
  return (await driven(world.activities.prepare, request, { workflow })).answer.plan.findings
}
const inWords = ({ level, code, about, message }: Finding) => `${level} ${code} ${about}: ${message}`

/** Told otherwise than as a right of that name: as what, and why. */
const otherwise: Readonly<Record<string, { readonly as: RegExp; readonly why: string }>> = {
  'list nodes': {
    as: /^warning not-looked-at \S+: nodes: .*cannot list resource "nodes"/,
    why: 'the upgrade goes on without; which nodes EKS has not started is for people to say then',
  },
  'get apps/daemonsets': {
    as: /^warning not-looked-at \S+: subnets: .*daemonsets\.apps "aws-node" is forbidden/,
    why: 'how the VPC CNI takes addresses is all that is read of it',
  },
  'list gateway.networking.k8s.io/gateways': {
    as: /^warning ways-unknown \S+: .*gateways\.gateway\.networking\.k8s\.io is forbidden/,
    why: 'a blue without routes through a Gateway of its own can be judged',
  },
  'list gateway.networking.k8s.io/httproutes': {
    as: /^warning not-looked-for \S+: Norikae may not list httproutes\.gateway\.networking\.k8s\.io/,
    why: 'likewise; where a binding is of a Gateway, it is a right that is missing',
  },
  'list gateway.k8s.aws/loadbalancerconfigurations': {
    as: /^warning not-looked-for \S+: Norikae may not list loadbalancerconfigurations\.gateway\.k8s\.aws/,
    why: 'whether a load balancer is protected is read again before blue is emptied',
  },
  ...Object.fromEntries(
    [
      ['clusterroles', 'ClusterRole'],
      ['clusterrolebindings', 'ClusterRoleBinding'],
      ['roles', 'Role'],
      ['rolebindings', 'RoleBinding'],
    ].map(([resource, kind]) => [
      `get rbac.authorization.k8s.io/${resource}`,
      {
        as: new RegExp(`^blocker worker-rights ${kind}/norikae\\S*: it is not on .*, or the worker may not read it`),
        why: 'they are read by name, and told by it',
      },
    ]),
  ),
}

test.for(rights.map((right) => ({ ...right, says: saysOf(right) })))(
  'without $says that is told by name',
  async (right) => {
    closed = undefined
    const before = new Set((await found()).map(inWords))
    ;[closed, refused] = [right, 0]
    const after = (await found()).map(inWords).filter((it) => !before.has(it))
    closed = undefined
    // One that nobody asks with is not to be granted.
    expect(refused).toBeGreaterThan(0)
    const { group, resource, verb, says } = right
    const name = [resource, group].filter((it) => it !== '').join('.')
    const as = otherwise[says]?.as ?? `blocker right-missing ${BLUE.name}: ${name}: the worker may not ${verb} them`
    expect(after).toContainEqual(
      expect.toSatisfy((it: string) => (typeof as === 'string' ? it.startsWith(as) : as.test(it))),
    )
  },
)

test('whatever is told otherwise is a right of the file', () => {
  expect(Object.keys(otherwise).filter((says) => !rights.some((right) => saysOf(right) === says))).toEqual([])
})
