import { connectOutside } from '../../src/adapters/index.ts'
import type { SandboxInfo } from '../../src/sandbox/command.ts'
import { carriedKinds, copyOf, isCarried } from '../../src/domain/copying.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { whereKey, wherePointer } from '../../src/domain/where.ts'

/** What a team has of its own: it reads the pointer, and deploys what it has in its repository to each cluster named there. */
export interface Pipeline {
  /** Deploys to wherever it has not deployed yet. */
  run(): Promise<void>
  /** `reports.test to chatwork-prod-1-36`, in the order in which it was done. */
  readonly did: readonly string[]
  close(): Promise<void>
}

/** Of these apps, with the namespaces of each as the sandbox names them: `<app>-<environment>`. */
export async function aPipeline(
  info: SandboxInfo,
  blue: string,
  apps: readonly string[],
  environments: readonly string[],
): Promise<Pipeline> {
  const { endpoint, region, accessKeyId, secretAccessKey } = info.aws
  process.env['AWS_ENDPOINT_URL'] = endpoint
  const ports = connectOutside({ credentials: async () => ({ accessKeyId, secretAccessKey }) })
  const cluster = (name: string) => ports.kubernetes(region, name)
  const home = await cluster(blue)
  const repository = new Map<string, KubernetesObject[]>()
  for (const app of apps) {
    for (const environment of environments) {
      const namespace = `${app}-${environment}`
      const lists = await Promise.all(carriedKinds.map((kind) => home.list(kind, { namespace })))
      repository.set(whereKey(app, environment), lists.flat().filter(isCarried).map(manifestOf))
    }
  }
  const did: string[] = []
  return {
    did,
    async run() {
      const pointer = await home.find('ConfigMap', wherePointer.metadata.namespace, wherePointer.metadata.name)
      const data = (pointer?.['data'] ?? {}) as Readonly<Record<string, string>> // a ConfigMap's
      for (const [key, objects] of repository) {
        for (const name of data[key]?.split('\n') ?? []) {
          const deployment = `${key} to ${name}`
          if (name === blue || did.includes(deployment)) continue
          const there = await cluster(name)
          for (const object of objects) await there.apply(object, { force: true })
          did.push(deployment)
        }
      }
    },
    close: () => ports.close(),
  }
}

/** As it was written once: nothing of the cluster that it was read from, and no label of a run. */
function manifestOf(object: KubernetesObject): KubernetesObject {
  const { metadata, ...rest } = copyOf(object, 'none', false)
  const labels = Object.entries(metadata.labels ?? {}).filter(([name]) => !name.startsWith('norikae.io/'))
  return { ...rest, metadata: { ...metadata, labels: Object.fromEntries(labels) } }
}
