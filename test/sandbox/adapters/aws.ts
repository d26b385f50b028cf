import { connectOutside } from '../../../src/adapters/index.ts'
import { AwsFaults } from '../../../src/sandbox/aws/faults.ts'
import { startAws } from '../../../src/sandbox/aws/server.ts'
import type { AwsTimes } from '../../../src/sandbox/aws/times.ts'
import type { EksHooks, SandboxAws } from '../../../src/sandbox/types.ts'

export interface AnAws {
  readonly aws: SandboxAws
  readonly faults: AwsFaults
  readonly region: string
  readonly credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string }>
  readonly outside: ReturnType<typeof connectOutside>
  stop(): Promise<void>
}

const nothing: EksHooks = {
  startCluster: async ({ name }) => ({
    endpoint: `https://${name}.test`,
    caData: Buffer.from(name).toString('base64'),
  }),
  stopCluster: async () => undefined,
  setNodes: async () => undefined,
}

const soon: AwsTimes = {
  clusterMs: 10,
  nodegroupMs: 10,
  addonMs: 10,
  deletionMs: 10,
  updateMs: 10,
  probeEveryMs: 20,
  drainSecondMs: 1,
  volumeMs: 500,
  snapshotMs: 500,
  iamMs: 20,
  recordsMs: 20,
  capacityMs: 20,
}

/**
 * AWS on loopback, and the adapters connected to it as a worker connects them; as `admin` where what an adapter can ask for is
 * tested, and not what Norikae asks for.
 */
export async function anAws(
  hooks: Partial<EksHooks> = {},
  as: 'admin' | 'worker' = 'worker',
  times: Partial<AwsTimes> = {},
): Promise<AnAws> {
  const faults = new AwsFaults()
  const aws = await startAws({
    hooks: { ...nothing, ...hooks },
    probe: async () => true,
    faults,
    times: { ...soon, ...times },
  })
  const { region } = aws.identity
  const { accessKeyId, secretAccessKey } = as === 'admin' ? aws.admin : aws.identity
  const credentials = async () => ({ accessKeyId, secretAccessKey })
  process.env['AWS_ENDPOINT_URL'] = aws.endpoint
  const outside = connectOutside({ credentials, decommissionRoleArn: aws.decommissionRoleArn })
  return {
    aws,
    faults,
    region,
    credentials,
    outside,
    async stop() {
      await outside.close()
      await aws.stop()
    },
  }
}
