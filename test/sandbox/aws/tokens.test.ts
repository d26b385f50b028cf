import { expect, test } from 'vitest'
import { model, type Service } from '../../../src/sandbox/aws/protocol/model.ts'
import { aCluster, aNodegroup, aSandbox, seedBlue } from './a-sandbox.ts'
import { clientsOfAll } from './every-service.ts'

/** What an operation is asked for once and not twice by. */
const tokens = ['clientRequestToken', 'ClientToken'] as const
type Row = readonly [Service, string, object]

const role = 'arn:aws:iam::123456789012:role/pods'
const on = { clusterName: 'blue' }
const rows: readonly Row[] = [
  ['eks', 'CreateCluster', aCluster()],
  ['eks', 'UpdateClusterConfig', { name: 'blue', deletionProtection: true }],
  ['eks', 'CreateNodegroup', aNodegroup()],
  ['eks', 'CreateAddon', { ...on, addonName: 'vpc-cni' }],
  ['eks', 'CreateAccessEntry', { ...on, principalArn: role }],
  ['eks', 'CreatePodIdentityAssociation', { ...on, namespace: 'shop', serviceAccount: 'web', roleArn: role }],
  [
    'eks',
    'CreateFargateProfile',
    {
      ...on,
      fargateProfileName: 'batch',
      podExecutionRoleArn: role,
      subnets: ['subnet-a'],
      selectors: [{ namespace: 'b' }],
    },
  ],
  [
    'eks',
    'AssociateIdentityProviderConfig',
    { ...on, oidc: { identityProviderConfigName: 'company', issuerUrl: 'https://login.test', clientId: 'kubernetes' } },
  ],
  ['eks', 'CreateCertificateAuthority', on],
  ['ec2', 'CreateVolume', { AvailabilityZone: 'ap-northeast-1a', Size: 1 }],
  [
    'ec2',
    'CreateLaunchTemplate',
    { LaunchTemplateName: 'green.apps', LaunchTemplateData: { InstanceType: 'm6i.large' } },
  ],
]

const tokenOf = (service: Service, name: string) =>
  tokens.find((token) => model[service].get(name)?.input.members.some((member) => member.name === token))

test('every operation that takes a request token has a row', async () => {
  const { aws } = await aSandbox()
  const taking = aws.serves.filter((it) => tokenOf(...(it.split(':') as [Service, string])) !== undefined) // as they are named
  expect(rows.map(([service, name]) => `${service}:${name}`).toSorted()).toEqual(taking.toSorted())
})

test.for(rows)(
  '%s:%s answers the same to the same token, and another thing to another',
  async ([service, name, request]) => {
    // Nothing gets on in between.
    const late = 60_000
    const { aws } = await aSandbox({
      clusterMs: late,
      nodegroupMs: late,
      addonMs: late,
      updateMs: late,
      volumeMs: late,
    })
    await seedBlue(aws)
    const client = clientsOfAll(aws)[service]
    const told = async (token: string) => {
      const answer = await client.ask(name, { ...request, [tokenOf(service, name) ?? '']: token }).catch(String)
      return typeof answer === 'object' ? { ...answer, $metadata: undefined, requestId: undefined } : answer
    }
    const first = await told('t-1')
    expect(first).toBeTypeOf('object')
    expect(await told('t-1')).toEqual(first)
    expect(await told('t-2')).not.toEqual(first)
  },
)
