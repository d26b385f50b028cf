import { expect, test } from 'vitest'
import {
  foreseen,
  givenByEks,
  namingCluster,
  rolesToCarry,
  statementsToAdd,
  roleOf,
  usesOf,
  type RoleDescription,
} from '../../src/domain/roles.ts'
import { namesOfRoles, rolesNotPlanned } from '../../src/domain/roles-of-app.ts'
import { knownOfRole, toolOf } from '../../src/domain/role-owners.ts'
import { withGreen, trustPolicy } from '../../src/domain/role-trust.ts'

const host = `oidc.eks.ap-northeast-1.amazonaws.com/id/${'B'.repeat(32)}`
const blue = {
  name: 'demo-1-35',
  arn: 'arn:aws:eks:ap-northeast-1:123456789012:cluster/demo-1-35',
  oidcIssuer: `https://${host}`,
}
const arnOf = (name: string, account = '123456789012') => `arn:aws:iam::${account}:role/${name}`

const trusting = (issuer: string, ...accounts: string[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: accounts.map((account) => ({
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${issuer}:sub`]: `system:serviceaccount:files:${account}` } },
    })),
  })
const role = (name: string, more: Partial<RoleDescription> = {}): RoleDescription => ({
  name,
  arn: arnOf(name),
  trust: trusting(host, 'web'),
  tags: {},
  ...more,
})
const use = (name: string) => ({ arn: arnOf(name), by: `ServiceAccount/files/${name}` })

const declared = { terraform: { tags: { Stack: 'eks' }, at: 'infra/iam' } }
/** As others have made it. */
const there = { ...foreseen(blue, 'next'), oidcIssuer: blue.oidcIssuer.replace(/B/g, 'C') }
const letsInBoth = (name: string, tags: RoleDescription['tags']) => {
  const { policy } = withGreen(trustPolicy(trusting(host, 'web')), blue, there, 4096)
  return role(name, {
    tags,
    trust: JSON.stringify({ ...policy, Statement: policy.Statement.map((s) => ({ ...s, Sid: 'T' })) }),
  })
}

/** Of which blue has got one more since. */
const letsInBothAnd = (account: string): string => {
  const { Statement } = trustPolicy(letsInBoth('web', {}).trust)
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [...Statement, ...trustPolicy(trusting(host, account)).Statement],
  })
}

const judged = (over: Partial<Parameters<typeof rolesToCarry>[0]>) => {
  const { facts, findings } = rolesToCarry({
    account: '123456789012',
    platform: 'demo',
    declared: {},
    blue,
    green: foreseen(blue, 'demo-1-36'),
    provider: { arn: 'arn:provider', tags: {} },
    uses: [],
    given: new Set(),
    roles: [],
    quota: 2048,
    ...over,
  })
  return { facts, codes: findings.map((f) => `${f.level} ${f.code} ${f.about}`) }
}
const issuer = { issuer: `https://${host}`, provider: true as const }

test.for<{ says: string; with: Parameters<typeof judged>[0]; facts: object | undefined; codes?: string[] }>([
  {
    says: 'a role by blue’s issuer is written',
    with: { roles: [role('web')], uses: [use('web')] },
    facts: { ...issuer, written: ['web'], requested: [] },
  },
  {
    says: 'also one that nothing uses now',
    with: { roles: [role('b'), role('a')] },
    facts: { ...issuer, written: ['a', 'b'], requested: [] },
  },
  {
    says: 'what a tool writes is asked for',
    with: { roles: [role('web', { tags: { ManagedBy: 'terraform' } })], uses: [use('web')] },
    facts: { ...issuer, written: [], requested: ['web'] },
    codes: ['warning role-requested web'],
  },
  {
    says: 'also what the platform file says is Terraform’s, and later steps know it',
    with: { roles: [role('web', { tags: { Stack: 'eks' } }), role('job')], declared },
    facts: { ...issuer, written: ['job'], requested: ['web'], declared },
    codes: ['warning role-requested web'],
  },
  {
    says: 'on a green that is there what lets it in already needs no room, and is not asked for',
    with: {
      green: there,
      roles: [letsInBoth('web', {}), letsInBoth('theirs', { ManagedBy: 'terraform' })],
      quota: 100,
    },
    facts: { ...issuer, written: ['web'], requested: [] },
  },
  {
    says: 'no room is a blocker',
    with: { roles: [role('web', { trust: trusting(host, 'a', 'b', 'c') })], quota: 1300 },
    facts: { ...issuer, written: ['web'], requested: [] },
    codes: ['blocker role-no-room web'],
  },
  {
    says: 'of another account it is its owner’s, and unread',
    with: { uses: [{ arn: arnOf('web', '999999999999'), by: 'ServiceAccount/files/web' }] },
    facts: { ...issuer, written: [], requested: [] },
    codes: ['warning role-elsewhere arn:aws:iam::999999999999:role/web'],
  },
  {
    says: 'what does not trust blue is not given on green either',
    with: { roles: [role('web', { trust: trusting(`${host}0`, 'web') })], uses: [use('web')], provider: undefined },
    facts: undefined,
    codes: [`warning role-not-trusting ${arnOf('web')}`],
  },
  {
    says: 'what is no ARN of a role is of no account',
    with: { uses: [{ arn: 'a:b:c:d:../../x:role/y', by: 'ServiceAccount/files/web' }], provider: undefined },
    facts: undefined,
    codes: ['warning role-not-trusting a:b:c:d:../../x:role/y'],
  },
  {
    says: 'nor is what is not there',
    with: { uses: [use('web')], provider: undefined },
    facts: undefined,
    codes: [`warning role-not-trusting ${arnOf('web')}`],
  },
  { says: 'without roles and provider there is nothing', with: { provider: undefined }, facts: undefined },
  {
    says: 'what names blue by name is written too, and needs no issuer',
    with: {
      blue: { name: blue.name, arn: blue.arn },
      provider: undefined,
      given: new Set([arnOf('pod')]),
      roles: [
        role('pod', {
          trust: JSON.stringify({
            Version: '2012-10-17',
            Statement: {
              Effect: 'Allow',
              Principal: { Service: 'pods.eks.amazonaws.com' },
              Action: ['sts:AssumeRole', 'sts:TagSession'],
              Condition: { StringEquals: { 'aws:RequestTag/eks-cluster-name': 'demo-1-35' } },
            },
          }),
        }),
      ],
    },
    facts: { written: ['pod'], requested: [] },
  },
])('$says', ({ with: over, facts, codes = [] }) => {
  expect(judged(over)).toEqual({ facts, codes })
})

test.for<[RoleDescription['tags'], string | undefined]>([
  [{ 'aws:cloudformation:stack-name': 'files' }, 'CloudFormation (files)'],
  [{ 'aws:cloudformation:stack-id': 'arn:stack' }, 'CloudFormation (arn:stack)'],
  [{ 'alpha.eksctl.io/cluster-name': 'b', 'aws:cloudformation:stack-name': 'files' }, 'eksctl (b)'],
  [{ Stack: 'eks' }, 'Terraform (infra/iam)'],
  [{ 'norikae.io/platform': 'demo', Terraform: 'true' }, undefined],
  [{ Terraform: 'true' }, 'what its tag Terraform: true says'],
  [{ 'managed-by': 'Pulumi' }, 'what its tag managed-by: Pulumi says'],
  [{ 'crossplane-name': 'files' }, 'what its tag crossplane-name: files says'],
  [{ 'managed-by': 'team-php', team: 'terraformers' }, undefined],
  [{}, undefined],
])('tags %o tell of %s', ([tags, tool]) => {
  expect(toolOf({ arn: 'arn:role', tags }, { declared, platform: 'demo' })).toBe(tool)
})

test('what a state file has is asked for, unless it leaves changes to others; a provider is not deleted all the same', () => {
  const stated = ['web', 'job', 'mail'].map((name) => ({ address: `aws_iam_role.${name}`, key: arnOf(name) }))
  const provider = { arn: 'arn:aws:iam::123456789012:oidc-provider/x', tags: {} }
  const ofProvider = { address: 'aws_iam_openid_connect_provider.this', key: provider.arn }
  const ignore = ['aws_iam_role.job', 'aws_iam_openid_connect_provider.*']
  const terraform = { stated: [...stated, ofProvider], ignore }
  const carried = rolesToCarry({
    account: '123456789012',
    platform: 'demo',
    declared: { terraform },
    blue,
    green: foreseen(blue, 'demo-1-36'),
    provider,
    uses: [],
    given: new Set(),
    roles: [role('web'), role('job', { tags: { Terraform: 'true' } }), role('own')],
    quota: 2048,
  })
  expect(carried.owned.map(({ resource, owner, written }) => [resource, owner, written])).toEqual([
    ['OIDC provider of demo-1-35', 'Terraform aws_iam_openid_connect_provider.this', 'left'],
    ['IAM role job', 'nobody’s tool by its tags', 'own'],
    ['IAM role own', 'nobody’s tool by its tags', 'own'],
    ['IAM role web', 'Terraform aws_iam_role.web', 'requested'],
  ])
  // Nothing of the rest of a state is kept with the plan.
  const known = { terraform: { stated: [{ address: 'aws_iam_role.job', key: arnOf('job') }, ofProvider], ignore } }
  expect(carried.facts?.declared).toEqual(known)
  const whose = (name: string) => ({ declared: knownOfRole(known, name), platform: 'demo' })
  expect(whose('job').declared?.terraform?.stated).toEqual([known.terraform.stated[0]])
  expect(whose('own').declared?.terraform?.stated).toBeUndefined()
  expect(toolOf(role('job', { tags: { Terraform: 'true' } }), whose('job'))).toBeUndefined()
})

test('a plan tells each role and provider, whose it is, and by what it lets in blue', () => {
  const profiles = {
    Effect: 'Allow',
    Principal: { Service: 'eks-fargate-pods.amazonaws.com' },
    Action: 'sts:AssumeRole',
    Condition: { ArnLike: { 'aws:SourceArn': blue.arn.replace('cluster/demo-1-35', 'fargateprofile/demo-1-35/*') } },
  }
  const { owned } = rolesToCarry({
    account: '123456789012',
    platform: 'demo',
    declared,
    blue,
    green: foreseen(blue, 'demo-1-36'),
    provider: { arn: 'arn:provider', tags: { Stack: 'eks' } },
    uses: [{ arn: arnOf('lake', '999999999999'), by: 'ServiceAccount/lake/web' }],
    given: new Set(),
    roles: [
      role('web'),
      role('job', { trust: JSON.stringify({ Statement: profiles }) }),
      role('mail', { tags: { Stack: 'eks' } }),
    ],
    quota: 2048,
  })
  expect(owned.map((it) => `${it.resource}: ${it.owner}, ${it.written}; ${it.does}`)).toEqual([
    'OIDC provider of demo-1-35: Terraform (infra/iam), left; leaves it to its owner',
    'IAM role job: nobody’s tool by its tags, own; lets in green wherever it lets in blue (by aws:SourceArn)',
    'IAM role web: nobody’s tool by its tags, own; lets in green wherever it lets in blue (by its issuer)',
    'IAM role mail: Terraform (infra/iam), requested; waits until it lets in green wherever it lets in blue (by its issuer)',
    'IAM role lake of account 999999999999: account 999999999999, requested; waits, in each environment whose pods get it, until they get it on green',
  ])
})

test('roles are found by annotation, by add-on and by trust policy', () => {
  const account = (annotations: Record<string, string>) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace: 'files', name: 'web', annotations },
  })
  const annotated = account({ 'eks.amazonaws.com/role-arn': arnOf('web'), 'eks.amazonaws.com/audience': 'here' })
  expect(roleOf(annotated)).toEqual({ arn: arnOf('web'), audience: 'here' })
  expect(
    usesOf([annotated, account({})], [{ name: 'efs', serviceAccountRoleArn: arnOf('efs') }, { name: 'dns' }]),
  ).toEqual([
    { arn: arnOf('web'), by: 'ServiceAccount/files/web', pods: { account: 'files:web', audience: 'here' } },
    { arn: arnOf('efs'), by: 'add-on efs' },
  ])
  expect([...givenByEks([{ roleArn: 'a' }, { roleArn: 'a' }], [{ podExecutionRoleArn: 'b' }])]).toEqual(['a', 'b'])
  const all = [role('by-issuer'), role('other', { trust: trusting(`${host}0`, 'demo-1-35') })]
  expect(namingCluster(all, blue).map((r) => r.name)).toEqual(['by-issuer'])
})

test.for<{ says: string; with: Partial<Parameters<typeof rolesNotPlanned>[0]>; codes: string[]; remedy?: string }>([
  {
    says: 'that the upgrade writes later is not told',
    with: { planned: { written: ['web'], requested: [] } },
    codes: [],
  },
  {
    says: 'that the upgrade has not come to yet is not told, where green is there',
    with: { planned: { written: [], requested: ['web'] }, there },
    codes: [],
  },
  {
    says: 'that it does not know is told before green is there',
    with: {},
    codes: ['role-not-planned web'],
    remedy: 'once it is there',
  },
  {
    says: 'that it does not know is told with its statement once green is there',
    with: { there },
    codes: ['role-not-planned web'],
    remedy: 'oidc-provider/oidc.eks.ap-northeast-1.amazonaws.com/id/CCC',
  },
  {
    says: 'to which blue was added after its step is told',
    with: {
      there,
      planned: { written: ['web'], requested: [] },
      roles: [role('web', { trust: letsInBothAnd('job') })],
    },
    codes: ['role-not-planned web'],
    remedy: 'system:serviceaccount:files:job',
  },
  { says: 'that lets in green is not told', with: { there, roles: [letsInBoth('web', {})] }, codes: [] },
  {
    says: 'of another account is its owner’s',
    with: { uses: [{ arn: arnOf('web', '999999999999'), by: 'ServiceAccount/files/web' }], roles: [] },
    codes: ['role-elsewhere arn:aws:iam::999999999999:role/web'],
  },
])('a role of an app that joins $says', ({ with: over, codes, remedy = '' }) => {
  const findings = rolesNotPlanned({
    account: '123456789012',
    platform: 'demo',
    declared: {},
    blue,
    green: 'next',
    there: undefined,
    planned: undefined,
    uses: [use('web')],
    roles: [role('web')],
    quota: 2048,
    ...over,
  })
  expect(findings.map((f) => `${f.code} ${f.about}`)).toEqual(codes)
  expect(findings.map((f) => f.remedy).join()).toContain(remedy)
  expect(namesOfRoles([use('web'), use('path/web'), use('web')], '123456789012')).toEqual(['web'])
})

test('as many statements are said as can be read, and how many roles are left', () => {
  const one = (name: string, length: number) => ({ name, missing: [{ Effect: 'x'.repeat(length) }] })
  const whole = 'norikae requested demo'
  expect(statementsToAdd([one('a', 1), one('b', 2)], whole)).toBe('role a: {"Effect":"x"}; role b: {"Effect":"xx"}')
  const many = statementsToAdd([one('a', 1000), one('b', 1000), one('c', 1000), one('d', 1)], whole)
  expect(many).toMatch(/^role a: .*; role b: .*; and those of 2 more: norikae requested demo$/)
  expect(statementsToAdd([one('a', 3000), one('b', 1)], whole)).toMatch(
    /^role a: .{3013}; and those of 1 more: norikae /,
  )
})

test('green is foreseen with an issuer as long as blue’s', () => {
  expect(foreseen(blue, 'demo-1-36')).toEqual({
    name: 'demo-1-36',
    arn: 'arn:aws:eks:ap-northeast-1:123456789012:cluster/demo-1-36',
    oidcIssuer: `https://oidc.eks.ap-northeast-1.amazonaws.com/id/${'0'.repeat(32)}`,
  })
})

test.for([
  {
    says: 'an external id of its own',
    key: 'sts:ExternalId',
    value: 'ap-northeast-1/123456789012/demo-1-35/a-x',
    is: true,
  },
  { says: 'an external id of another cluster', key: 'sts:ExternalId', value: 'r/1/demo-1-35-tools/a-x', is: false },
  { says: 'a tag of somebody’s', key: 'aws:PrincipalTag/cluster', value: ['x', 'demo-1-35'], is: true },
  {
    says: 'sessions that may be of a cluster with a longer name',
    key: 'sts:RoleSessionName',
    value: 'eks-demo-1-35-tools-*',
    is: true,
  },
  {
    says: 'sessions of another version',
    key: 'sts:RoleSessionName',
    value: 'eks-demo-1-35-1-36-*',
    is: false,
  },
  {
    says: 'green too, as its owner has added it',
    key: 'aws:PrincipalTag/cluster',
    value: ['demo-1-36', 'demo-1-35'],
    is: false,
  },
  {
    says: 'one external id of green’s, and two of blue’s',
    key: 'sts:ExternalId',
    value: ['r/1/demo-1-35/a', 'r/1/demo-1-35/b', 'r/1/demo-1-36/a'],
    is: true,
  },
  { says: 'the account alone', key: 'aws:SourceAccount', value: '123456789012', is: false },
  {
    says: 'its session tag, for which Norikae writes green',
    key: 'aws:RequestTag/eks-cluster-name',
    value: 'demo-1-35',
    is: false,
  },
])('a role whose trust policy asks for $says: told or not', ({ key, value, is }) => {
  const Statement = {
    Effect: 'Allow',
    Principal: { AWS: '1' },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { [key]: value } },
  }
  const app = role('app', { trust: JSON.stringify({ Statement }) })
  const found = judged({ roles: [app] })
  expect(found.codes).toEqual(is ? ['warning role-condition app'] : [])
  if (is) expect(namingCluster([app], blue)).toEqual([app])
})

test('a name that is a word anywhere is found in an external id', () => {
  const prod = { name: 'prod', arn: blue.arn.replace(/[^/]*$/, 'prod') }
  const asking = (id: string) => [
    role('app', { trust: JSON.stringify({ Statement: [{ Condition: { StringEquals: { 'sts:ExternalId': id } } }] }) }),
  ]
  const codes = (id: string) =>
    judged({ blue: prod, green: foreseen(prod, 'prod-1-36'), roles: asking(id), provider: undefined }).codes
  expect(codes('r/1/prod/a')).toEqual(['warning role-condition app'])
  expect(codes('r/1/prod-1-36/a')).toEqual([])
})

test.for([
  { says: 'whoever is not blue', values: ['demo-1-35'], codes: ['warning role-denies app'] },
  { says: 'whoever is neither', values: ['demo-1-35', 'demo-1-36'], codes: [] },
  { says: 'whoever is not another', values: ['staging'], codes: [] },
])('a role that denies $says', ({ values, codes }) => {
  const pods = {
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
  }
  const Condition = { StringNotEquals: { 'aws:RequestTag/eks-cluster-name': values } }
  const Statement = [
    { Effect: 'Allow', ...pods },
    { Effect: 'Deny', ...pods, Condition },
  ]
  const found = judged({ roles: [role('app', { trust: JSON.stringify({ Version: '2012-10-17', Statement }) })] })
  expect(found.codes).toEqual(codes)
  expect(found.facts).toMatchObject({ written: [], requested: [] })
})
