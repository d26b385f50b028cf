import { expect, test } from 'vitest'
import { readAwsAuth } from '../../src/config/aws-auth.ts'
import { besideFindings, type Beside } from '../../src/domain/adopted-beside.ts'
import type { AccessEntry } from '../../src/domain/eks-objects.ts'
import type { BlueFacts } from '../../src/domain/facts.ts'
import { placeOf } from '../../src/domain/findings.ts'
import type { LogGroup } from '../../src/domain/log-groups.ts'
import { aCluster, anAddon, aNodeGroup } from '../support/eks.ts'

const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`
const WORKER = role('norikae')
const entry = (principalArn: string, groups: readonly string[] = []): AccessEntry => ({
  principalArn,
  type: 'STANDARD',
  groups,
  username: principalArn,
  policies: [],
  tags: {},
})
const mapped = (...lines: readonly string[]) => readAwsAuth({ mapRoles: lines.map((line) => `- ${line}`).join('\n') })
const DEV = `{ rolearn: ${role('Dev')}, username: dev, groups: [dev, ops] }`

const facts = (name: string, more: Partial<BlueFacts> = {}): BlueFacts => ({
  cluster: aCluster({ name, authenticationMode: 'API_AND_CONFIG_MAP', clusterSecurityGroupId: `sg-${name}` }),
  nodegroups: [aNodeGroup({ launchTemplate: `lt-${name}:1` })],
  addons: [anAddon()],
  belongings: { accessEntries: [], fargateProfiles: [], capabilities: [] },
  accessEntries: [],
  podIdentities: [],
  fargateProfiles: [],
  identityProviders: [],
  ...more,
})
const logGroup = (name: string, more: Partial<LogGroup> = {}): LogGroup => ({ name, arn: `arn:${name}`, ...more })
const template = (name: string, settings: object, userData?: string) => ({
  group: aNodeGroup(),
  template: {
    id: `lt-${name}`,
    name,
    version: '1',
    settings: { ...settings },
    tags: {},
    ...(userData && { userData }),
  },
})
const side = (name: string, more: Partial<Beside> = {}): Beside => ({
  facts: facts(name),
  awsAuth: mapped(DEV, `{ rolearn: ${role('nodes')}, groups: [system:bootstrappers, system:nodes] }`),
  logGroup: logGroup(name, { retentionDays: 90, kmsKey: 'arn:key' }),
  templates: [
    template(name, { KeyName: 'ops', SecurityGroupIds: [`sg-${name}`] }, `bootstrap.sh ${name} --max-pods 58`),
  ],
  ...more,
})
const blue = side('blue-1')
const green = (more: Partial<Beside> = {}) => side('green-1', { awsAuth: mapped(DEV), ...more })
const tags = (name: string, its: Record<string, string>) => ({
  cluster: { ...facts(name).cluster, tags: its },
  nodegroups: [aNodeGroup({ tags: its })],
  addons: [anAddon({ tags: its })],
})

test.for<[says: string, blue: Beside, green: Beside]>([
  ['it is as blue is, under its own name', blue, green()],
  [
    'an access entry does it, of a role with a path',
    blue,
    green({
      awsAuth: mapped(),
      facts: facts('green-1', { accessEntries: [entry(role('people/Dev'), ['ops', 'dev'])] }),
    }),
  ],
  [
    'blue’s entries alone hold',
    side('blue-1', { facts: facts('blue-1', { cluster: { ...facts('blue-1').cluster, authenticationMode: 'API' } }) }),
    green({ awsAuth: mapped() }),
  ],
  [
    'blue has an entry for it too, which is compared by itself',
    side('blue-1', { facts: facts('blue-1', { accessEntries: [entry(role('Dev'))] }) }),
    green({ awsAuth: mapped() }),
  ],
  ['it is the worker', side('blue-1', { awsAuth: mapped(`{ rolearn: ${WORKER}, groups: [norikae] }`) }), green()],
  ['nobody may look', blue, green({ awsAuth: undefined })],
  [
    'neither writes logs',
    blue,
    green({
      logGroup: undefined,
      facts: facts('green-1', {
        cluster: { ...facts('green-1').cluster, logging: [] },
      }),
    }),
  ],
  [
    'only the image differs, as of another version it does',
    side('blue-1', { templates: [template('blue-1', { ImageId: 'ami-1' })] }),
    green({ templates: [template('green-1', { ImageId: 'ami-2' })] }),
  ],
  [
    'tags are those of its own tool and name it',
    side('blue-1', {
      facts: facts('blue-1', tags('blue-1', { 'aws:cloudformation:stack-name': 's', Cluster: 'blue-1', a: '1' })),
    }),
    green({ facts: facts('green-1', tags('green-1', { a: '1', Cluster: 'green-1', terraform: 'true' })) }),
  ],
])('nothing is said where %s', ([, was, is]) => {
  expect(besideFindings(was, is, WORKER)).toEqual([])
})

test.for<[says: string, green: Beside, told: string[], blue?: Beside]>([
  [
    'somebody whom the ConfigMap lets in',
    green({ awsAuth: mapped() }),
    [
      `blocker adopted-access green-1 aws-auth ${role('Dev')}: blue lets it in by its aws-auth ConfigMap (dev, group dev, group ops); green does not`,
    ],
  ],
  [
    'that of a green where entries alone hold',
    green({ facts: facts('green-1', { cluster: { ...facts('green-1').cluster, authenticationMode: 'API' } }) }),
    [
      `blocker adopted-access green-1 aws-auth ${role('Dev')}: blue lets it in by its aws-auth ConfigMap (dev, group dev, group ops); green does not`,
    ],
  ],
  [
    'a group of theirs',
    green({ awsAuth: mapped(`{ rolearn: ${role('Dev')}, groups: [dev] }`) }),
    [`warning adopted-differs green-1 aws-auth ${role('Dev')}: on green it lacks the groups ops`],
  ],
  [
    'a ConfigMap that cannot be read',
    green({ awsAuth: { ...mapped(DEV), unreadable: ['mapUsers'] } }),
    [
      'warning adopted-differs green-1 aws-auth mapUsers: it is no list of mappings that can be read, so whom it lets in was not compared',
    ],
  ],
  [
    'for how long logs are kept, and by which key',
    green({ logGroup: logGroup('green-1') }),
    [
      'warning adopted-differs green-1 log group retentionDays: blue has 90, green has nothing',
      'warning adopted-differs green-1 log group kmsKey: blue has arn:key, green has nothing',
    ],
  ],
  [
    'what its nodes are started with',
    green({ templates: [template('green-1', { SecurityGroupIds: ['sg-green-1'] }, 'bootstrap.sh green-1')] }),
    [
      'warning adopted-differs green-1 node group apps launchTemplate.KeyName: blue has ops, green has nothing',
      'warning adopted-differs green-1 node group apps launchTemplate.userData: blue has bootstrap.sh green-1 --max-pods 58, green has bootstrap.sh green-1',
    ],
  ],
  [
    'user data that names blue',
    green({
      templates: [
        template('green-1', { KeyName: 'ops', SecurityGroupIds: ['sg-green-1'] }, 'bootstrap.sh blue-1 --max-pods 58'),
      ],
    }),
    [
      'warning adopted-differs green-1 node group apps launchTemplate.userData: blue has bootstrap.sh green-1 --max-pods 58, green has bootstrap.sh blue-1 --max-pods 58',
    ],
  ],
  [
    'tags of the cluster and of its parts',
    green({ facts: facts('green-1', tags('green-1', { team: 'other' })) }),
    ['cluster', 'node group apps', 'add-on coredns'].map(
      (part) => `warning adopted-differs green-1 ${part} tags: blue has cost=42, team=platform, green has team=other`,
    ),
    side('blue-1', { facts: facts('blue-1', tags('blue-1', { cost: '42', team: 'platform' })) }),
  ],
])('%s is told', ([, is, told, was = blue]) => {
  const found = besideFindings(was, is, WORKER)
  expect(found.map((f) => `${f.level} ${f.code} ${placeOf(f)}: ${f.message}`)).toEqual(told)
  expect(found.every(({ remedy }) => remedy !== '')).toBe(true)
})

test.for<[says: string, data: Record<string, string>, mapped: unknown[], unreadable: string[]]>([
  ['nothing', {}, [], []],
  [
    'roles in YAML',
    { mapRoles: `- rolearn: ${role('a')}\n  groups:\n    - x\n` },
    [{ principal: role('a'), groups: ['x'] }],
    [],
  ],
  [
    'users in JSON',
    { mapUsers: '[{"userarn":"arn:u","username":"u"}]' },
    [{ principal: 'arn:u', username: 'u', groups: [] }],
    [],
  ],
  ['accounts', { mapAccounts: '- "123456789012"' }, [{ principal: '123456789012', groups: [] }], []],
  ['an empty list', { mapRoles: '' }, [], []],
  ['text', { mapRoles: 'none: [' }, [], ['mapRoles']],
  ['a mapping without a role', { mapRoles: '- groups: [x]' }, [], ['mapRoles']],
  ['what nobody knows', { mapOthers: '[]' }, [], ['mapOthers']],
])('of an aws-auth ConfigMap with %s', ([, data, all, unreadable]) => {
  expect(readAwsAuth(data)).toEqual({ mapped: all, unreadable })
})
