import { expect, test } from 'vitest'
import { permissionFindings, rolesOnCluster } from '../../src/domain/role-permissions.ts'
import { aCluster, aNodeGroup, anAddon } from '../support/eks.ts'

/** What pods and nodes may do because the cluster is called as it is: they may not on green. */

const arn = (name: string) => `arn:aws:iam::123456789012:role/platform/${name}`
const document = (Condition: object = {}) =>
  JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'autoscaling:*', Resource: '*', Condition }] })
const byTag = (cluster: string) => ({
  StringEquals: { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${cluster}`]: 'owned' },
})

const found = (blue: string, ...documents: readonly [policy: string, document: string][]) =>
  permissionFindings(
    { name: blue },
    'green',
    new Set([arn('scaler')]),
    documents.map(([policy, text]) => ({ role: 'scaler', policy, document: text })),
  ).map((f) => `${f.level} ${f.about}: ${f.message}`)

test.for<{ says: string; blue?: string; documents: readonly [string, string][]; are: readonly string[] }>([
  { says: 'names no cluster', documents: [['any', document()]], are: [] },
  { says: 'names one that begins like it', documents: [['any', document(byTag('demo-1-35-tools'))]], are: [] },
  { says: 'names it in a tag', documents: [['scale', document(byTag('demo-1-35'))]], are: ['in scale: on green'] },
  {
    says: 'names it in several policies',
    documents: [
      ['scale', document(byTag('demo-1-35'))],
      ['any', document()],
      ['look', document({ ArnEquals: { 'aws:SourceArn': 'arn:aws:eks:r:1:cluster/demo-1-35' } })],
    ],
    are: ['in scale, look: on green'],
  },
  {
    says: 'has its name for something else',
    blue: 'prod',
    documents: [['any', '{"Resource":"arn:aws:s3:::prod"}']],
    are: [],
  },
  {
    says: 'has a name without a number, in a tag',
    blue: 'prod',
    documents: [['scale', document(byTag('prod'))]],
    are: ['in scale'],
  },
  {
    says: 'has a name without a number, among others of a session tag',
    blue: 'prod',
    documents: [['get', document({ StringEquals: { 'aws:PrincipalTag/eks-cluster-name': ['stage', 'prod'] } })]],
    are: ['in get'],
  },
])('a role that $says', ({ blue = 'demo-1-35', documents, are }) => {
  expect(found(blue, ...documents)).toEqual(
    are.map((part) => expect.stringContaining(`warning scaler: what it may do names ${blue} ${part}`)),
  )
})

test('roles of others are nobody’s concern', () => {
  const theirs = [{ role: 'deployer', policy: 'p', document: document(byTag('demo-1-35')) }]
  expect(permissionFindings({ name: 'demo-1-35' }, 'green', new Set([arn('scaler')]), theirs)).toEqual([])
})

test('those of annotations, add-ons, Pod Identity, Fargate and nodes are its own', () => {
  const got = rolesOnCluster(
    {
      cluster: aCluster(),
      nodegroups: [aNodeGroup({ nodeRole: arn('nodes') })],
      addons: [anAddon({ podIdentities: [{ serviceAccount: 's', roleArn: arn('addon') }] })],
      podIdentities: [{ namespace: 'n', serviceAccount: 's', roleArn: arn('pods'), tags: {} }],
      fargateProfiles: [
        {
          name: 'f',
          status: 'ACTIVE',
          podExecutionRoleArn: arn('fargate'),
          subnets: [],
          selectors: [],
          tags: {},
          healthIssues: [],
        },
      ],
      identityProviders: [],
      accessEntries: [],
      belongings: { accessEntries: [], fargateProfiles: ['f'], capabilities: [] },
    },
    [{ arn: arn('app'), by: 'ServiceAccount/n/s' }],
  )
  expect([...got].toSorted()).toEqual(['addon', 'app', 'fargate', 'nodes', 'pods'].map(arn))
})
