import { isDeepStrictEqual } from 'node:util'
import {
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  GetAccountSummaryCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  ListOpenIDConnectProvidersCommand,
  ListRolesCommand,
  paginateListRoles,
  TagOpenIDConnectProviderCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts'
import { expect, test } from 'vitest'
import { signerOf } from '../../../src/sandbox/cluster/service-account-tokens.ts'
import { eventually } from '../../support/eventually.ts'
import { aSandbox, refused, seedBlue } from './a-sandbox.ts'

const ISSUER = 'https://oidc.eks.ap-northeast-1.amazonaws.com/id/A0'
const PROVIDER = 'arn:aws:iam::123456789012:oidc-provider/oidc.eks.ap-northeast-1.amazonaws.com/id/A0'

const statement = (more: object = {}) => ({
  Effect: 'Allow',
  Principal: { Federated: PROVIDER },
  Action: 'sts:AssumeRoleWithWebIdentity',
  ...more,
})
const policy = (...statements: readonly object[]) => ({ Version: '2012-10-17', Statement: statements })

test('providers are made once, seen a little later, tagged and deleted', async () => {
  const { iam } = await aSandbox({ iamMs: 300 })
  const create = new CreateOpenIDConnectProviderCommand({
    Url: ISSUER,
    ClientIDList: ['sts.amazonaws.com'],
    Tags: [{ Key: 'run', Value: '1' }],
  })
  expect((await iam.send(create)).OpenIDConnectProviderArn).toBe(PROVIDER)
  const its = { OpenIDConnectProviderArn: PROVIDER }
  expect(await refused(iam.send(new GetOpenIDConnectProviderCommand(its)))).toBe('404 NoSuchEntityException')
  expect(await refused(iam.send(create))).toBe('409 EntityAlreadyExistsException')
  const seen = await eventually('it is seen', () => iam.send(new GetOpenIDConnectProviderCommand(its)))
  expect(seen).toMatchObject({
    Url: ISSUER.replace('https://', ''),
    ClientIDList: ['sts.amazonaws.com'],
    Tags: [{ Key: 'run', Value: '1' }],
  })
  await iam.send(new TagOpenIDConnectProviderCommand({ ...its, Tags: [{ Key: 'run', Value: '2' }] }))
  expect((await iam.send(new GetOpenIDConnectProviderCommand(its))).Tags).toEqual([{ Key: 'run', Value: '2' }])
  const list = async () => (await iam.send(new ListOpenIDConnectProvidersCommand())).OpenIDConnectProviderList
  expect(await list()).toEqual([{ Arn: PROVIDER }])
  await iam.send(new DeleteOpenIDConnectProviderCommand(its))
  await iam.send(new DeleteOpenIDConnectProviderCommand(its))
  expect(await list()).toEqual([])
})

test('a trust policy is told encoded, and as it was for a while after it was replaced', async () => {
  const { iam, aws } = await aSandbox({ iamMs: 300 })
  aws.iam.seedRole('files', policy(statement()), { team: 'php' })
  const told = async () => {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'files' }))
    expect(Role?.AssumeRolePolicyDocument).toMatch(/^%7B/)
    return { trust: JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')) as object, tags: Role?.Tags }
  }
  expect(await told()).toEqual({ trust: policy(statement()), tags: [{ Key: 'team', Value: 'php' }] })
  const next = policy(statement({ Sid: 'Next' }))
  await iam.send(
    new UpdateAssumeRolePolicyCommand({ RoleName: 'files', PolicyDocument: JSON.stringify(next, null, 4) }),
  )
  expect((await told()).trust).toEqual(policy(statement()))
  await eventually('it is told', async () => isDeepStrictEqual((await told()).trust, next))
})

test('roles come page by page, without their tags', async () => {
  const { iam, aws } = await aSandbox()
  for (const name of ['c', 'a', 'b']) aws.iam.seedRole(name, policy(statement()), { team: 'php' })
  const { Roles = [], IsTruncated } = await iam.send(new ListRolesCommand({ MaxItems: 2 }))
  expect([Roles.map((r) => r.RoleName), Roles[0]?.Tags, IsTruncated]).toEqual([['a', 'b'], undefined, true])
  const names: (string | undefined)[] = []
  for await (const page of paginateListRoles({ client: iam, pageSize: 2 }, {}))
    names.push(...(page.Roles ?? []).map((r) => r.RoleName))
  expect(names).toEqual(['a', 'b', 'c'])
})

test.for([
  { says: 'that is no JSON', document: '{', error: '400 MalformedPolicyDocumentException' },
  {
    says: 'with a resource',
    document: policy(statement({ Resource: '*' })),
    error: '400 MalformedPolicyDocumentException',
  },
  {
    says: 'without anybody',
    document: policy({ Effect: 'Allow', Action: 'sts:AssumeRole' }),
    error: '400 MalformedPolicyDocumentException',
  },
  {
    says: 'with an odd Sid',
    document: policy(statement({ Sid: 'a-b' })),
    error: '400 MalformedPolicyDocumentException',
  },
  {
    says: 'with a Sid twice',
    document: policy(statement({ Sid: 'a' }), statement({ Sid: 'a' })),
    error: '400 MalformedPolicyDocumentException',
  },
  {
    says: 'that is too long',
    document: policy(...Array.from({ length: 16 }, () => statement())),
    error: '409 LimitExceededException',
  },
])('a trust policy $says is refused', async ({ document, error }) => {
  const { iam, aws } = await aSandbox()
  aws.iam.seedRole('files', policy(statement()))
  const PolicyDocument = typeof document === 'string' ? document : JSON.stringify(document)
  expect(await refused(iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'files', PolicyDocument })))).toBe(error)
  expect((await iam.send(new GetAccountSummaryCommand())).SummaryMap).toMatchObject({ AssumeRolePolicySizeQuota: 2048 })
})

test('a role is given to whom its trust policy names, by a token that the cluster signed', async () => {
  const { outside, aws, sts } = await aSandbox()
  const cluster = signerOf(ISSUER)
  outside.keys = cluster.keys()
  await seedBlue(aws)
  const issuer = aws.eks.issuer('blue') ?? ''
  const host = issuer.replace('https://', '')
  const named = PROVIDER.replace('oidc.eks.ap-northeast-1.amazonaws.com/id/A0', host)
  const sub = (name: string) => ({ StringEquals: { [`${host}:sub`]: `system:serviceaccount:files:${name}` } })
  const forBlue = (more: object) => statement({ Principal: { Federated: named }, ...more })
  aws.iam.seedRole('files', policy(forBlue({ Condition: sub('web') })))
  aws.iam.seedRole('barred', policy(forBlue({}), forBlue({ Effect: 'Deny', Condition: sub('web') })))

  const later = Math.floor(Date.now() / 1000) + 600
  const claims = { iss: issuer, sub: 'system:serviceaccount:files:web', aud: ['sts.amazonaws.com'], exp: later }
  const assume = (role: string, signer = cluster, more: object = {}) => {
    const WebIdentityToken = signer.sign({ ...claims, ...more })
    const RoleArn = `arn:aws:iam::123456789012:role/${role}`
    return sts.send(new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'test', WebIdentityToken }))
  }
  expect(await refused(assume('files'))).toBe('400 InvalidIdentityTokenException')
  aws.iam.seedProvider(issuer)
  expect((await assume('files')).AssumedRoleUser?.Arn).toMatch(/assumed-role\/files\/test$/)
  expect(
    await Promise.all(
      [
        assume('barred'),
        assume('nobody'),
        assume('files', cluster, { sub: 'system:serviceaccount:files:other' }),
        assume('files', cluster, { aud: ['vault'] }),
        assume('files', cluster, { exp: 1 }),
        assume('files', cluster, { iss: ISSUER }),
        assume('files', signerOf(ISSUER)),
      ].map(refused),
    ),
  ).toEqual([
    '403 AccessDenied',
    '403 AccessDenied',
    '403 AccessDenied',
    '400 InvalidIdentityTokenException',
    '400 ExpiredTokenException',
    '400 IDPCommunicationErrorException',
    '400 InvalidIdentityTokenException',
  ])
})
