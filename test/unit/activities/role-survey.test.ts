import { describe, expect, test } from 'vitest'
import { denied, unreachable } from '../../../src/activities/errors.ts'
import { roleSurvey } from '../../../src/activities/role-survey.ts'
import type { KubernetesPort, RolesPort } from '../../../src/activities/ports.ts'
import type { BlueFacts } from '../../../src/domain/facts.ts'
import { aCluster } from '../../support/eks.ts'

const account = '123456789012'
const cluster = (name: string, id: string) =>
  aCluster({
    name,
    arn: `arn:aws:eks:ap-northeast-1:${account}:cluster/${name}`,
    oidcIssuer: `https://oidc.eks.ap-northeast-1.amazonaws.com/id/${id.repeat(32)}`,
  })
const blue: BlueFacts = {
  cluster: cluster('demo-1-35', 'B'),
  nodegroups: [],
  addons: [],
  accessEntries: [],
  podIdentities: [],
  fargateProfiles: [],
  identityProviders: [],
  belongings: { accessEntries: [], fargateProfiles: [], capabilities: [] },
}
const green = cluster('next', 'C')

const annotated = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: {
    namespace: 'files',
    name: 'web',
    annotations: { 'eks.amazonaws.com/role-arn': `arn:aws:iam::${account}:role/web` },
  },
}
const having = (...accounts: object[]) => ({ list: async () => accounts }) as unknown as KubernetesPort // nothing else is asked

const asked = { account, platform: 'demo', declared: {}, green: 'next' }
const survey = (roles: Partial<RolesPort>, accounts: object[], more: object = {}) =>
  roleSurvey({ roles: roles as RolesPort }, having(...accounts), blue, { ...asked, ...more }) // what else is asked fails

describe('an IAM that does not let the worker read', () => {
  const no = async () => {
    throw denied('GetOpenIDConnectProvider: AccessDenied')
  }
  test.for([
    { says: 'is a blocker where pods have roles', accounts: [annotated], level: 'blocker' },
    { says: 'is a warning where none has', accounts: [], level: 'warning' },
  ])('$says', async ({ accounts, level }) => {
    const { facts, findings } = await survey({ findProvider: no }, accounts)
    expect(facts).toBeUndefined()
    expect(findings).toMatchObject([{ code: 'role-unread', level, about: `account ${account}` }])
    expect(findings[0]?.remedy).toContain('deploy/iam')
    expect(findings[0]?.message).toContain('AccessDenied')
  })
  test('is told from one that does not answer', async () => {
    const silent = async () => {
      throw unreachable('no answer')
    }
    await expect(survey({ findProvider: silent }, [])).rejects.toThrow('no answer')
  })
})

test.for([
  { says: 'whose provider is missing says how it is made', has: false, codes: ['role-provider'] },
  { says: 'whose provider is there has nothing to tell', has: true, codes: [] },
])('an adopted green $says', async ({ has, codes }) => {
  const roles: Partial<RolesPort> = {
    findProvider: async (arn) =>
      has || arn.endsWith('B'.repeat(32)) ? { arn, clientIds: ['sts.amazonaws.com', 'vault'], tags: {} } : undefined,
    all: async () => [],
    trustQuota: async () => 2048,
  }
  const { findings } = await survey(roles, [], { adopted: green })
  expect(findings.map((f) => f.code)).toEqual(codes)
  for (const { remedy } of findings)
    expect(remedy).toContain(
      `aws iam create-open-id-connect-provider --url ${green.oidcIssuer ?? ''} --client-id-list sts.amazonaws.com vault`,
    )
})
