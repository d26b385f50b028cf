import { expect, test } from 'vitest'
import { AwsFaults } from '../../../src/sandbox/aws/faults.ts'
import { startAws } from '../../../src/sandbox/aws/server.ts'
import { sdkCalls, sdkCallsIn } from '../../support/sdk-calls.ts'

/** The stand-in covers what is asked of AWS: no adapter meets an operation for the first time in somebody's account. */

test.for([
  {
    says: 'a method of a client that is given',
    source: "import type { EKS } from '@aws-sdk/client-eks'\nclient.describeCluster({ name }, o)",
    calls: ['eks:DescribeCluster'],
  },
  {
    says: 'a command',
    source:
      "import {\n  DescribeImagesCommand,\n  type ECR,\n} from '@aws-sdk/client-ecr'\nnew DescribeImagesCommand({})",
    calls: ['ecr:DescribeImages'],
  },
  {
    says: 'a paginator',
    source: "import { type EC2, paginateDescribeVolumes } from '@aws-sdk/client-ec2'\n",
    calls: ['ec2:DescribeVolumes'],
  },
  {
    says: 'a waiter, which polls on its own',
    source: "import { waitUntilClusterActive } from '@aws-sdk/client-eks'\n",
    calls: ['waitUntilClusterActive: waits are polls here'],
  },
  {
    says: 'a service that has no stand-in',
    source: "import { S3 } from '@aws-sdk/client-s3'\n",
    calls: ['s3: a service without a stand-in'],
  },
  { says: 'nothing of AWS', source: "import { x } from './x.ts'\nx.createCluster()", calls: [] },
])('an adapter’s calls are read: $says', ({ source, calls }) => {
  expect(sdkCallsIn(source)).toEqual(calls)
})

test('every operation that an adapter calls is served by the sandbox’s AWS', async () => {
  const aws = await startAws({
    hooks: {
      startCluster: async () => ({ endpoint: '', caData: '' }),
      stopCluster: async () => undefined,
      setNodes: async () => undefined,
    },
    probe: async () => true,
    faults: new AwsFaults(),
  })
  await aws.stop()
  const calls = sdkCalls()
  expect(calls.size).toBeGreaterThan(10)
  const missing = [...calls].flatMap(([file, called]) =>
    called.filter((call) => !aws.serves.includes(call)).map((call) => `${call}, called in src/adapters/${file}`),
  )
  expect(missing).toEqual([])
})
