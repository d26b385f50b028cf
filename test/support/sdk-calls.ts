import { readdirSync, readFileSync } from 'node:fs'
import { model, type Service } from '../../src/sandbox/aws/protocol/model.ts'

const adapters = new URL('../../src/adapters/', import.meta.url)

/** Services by the package that asks them. One that no stand-in is there for is named as its package is. */
const services: Readonly<Record<string, Service>> = {
  cloudtrail: 'cloudtrail',
  cloudwatch: 'cloudwatch',
  'cloudwatch-logs': 'logs',
  ec2: 'ec2',
  ecr: 'ecr',
  eks: 'eks',
  'elastic-load-balancing-v2': 'elasticloadbalancing',
  iam: 'iam',
  kms: 'kms',
  'route-53': 'route53',
  'service-quotas': 'servicequotas',
  sts: 'sts',
}

/**
 * What a source asks of AWS, as `eks:CreateCluster`, whichever way the SDK lets it: `client.createCluster(…)`, `new
 * CreateClusterCommand(…)`, `paginateListClusters(…)` and `waitUntilClusterActive(…)`. By the clients that it imports, also as
 * types only: a function that is given a client names its type. Methods are known by their names, so that a port's own
 * `createCluster` counts as AWS's where its file imports the client: never less than is asked.
 */
export function sdkCallsIn(source: string): string[] {
  const imports = [...source.matchAll(/import\s[^;'"]*?from '@aws-sdk\/client-([\w-]+)'/g)]
  const packages = [...new Set(imports.map(([, name = '']) => name))]
  return packages.flatMap((name) => {
    const service = services[name]
    if (service === undefined) return [`${name}: a service without a stand-in`]
    const operations = model[service]
    const methods = [...source.matchAll(/\.([a-z]\w+)\(/g)].map(([, method = '']) => capital(method))
    const commands = [...source.matchAll(/\b([A-Z]\w+)Command\b/g)].map(([, command = '']) => command)
    const pages = [...source.matchAll(/\bpaginate([A-Z]\w+)/g)].map(([, page = '']) => page)
    const called = new Set([...methods.filter((method) => operations.has(method)), ...commands, ...pages])
    const waits = [...source.matchAll(/\bwaitUntil[A-Z]\w+/g)].map(([waiter]) => `${waiter}: waits are polls here`)
    return [...[...called].filter((c) => operations.has(c)).map((call) => `${service}:${call}`), ...waits]
  })
}

const capital = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`

/** By the file of src/adapters. */
export const sdkCalls = (): ReadonlyMap<string, readonly string[]> =>
  new Map(
    readdirSync(adapters, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => [file, sdkCallsIn(readFileSync(new URL(file, adapters), 'utf8'))] as const)
      .filter(([, calls]) => calls.length > 0),
  )
