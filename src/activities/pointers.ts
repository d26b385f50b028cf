import { home } from '../domain/fence.ts'
import { whereKey, wherePointer, whereValue } from '../domain/where.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { budgets, notYet } from './waiting.ts'

export const pointerActions = (outside: Outside) => {
  const publishWhere: Deed<'publishWhere'> = async ({ input, scope }) => {
    const world = await proven(outside, scope)
    const [key, value] = [whereKey(input.app, input.environment), whereValue(scope, input.at)]
    for (const side of ['blue', 'green'] as const) {
      // One that is gone is read by nobody.
      const cluster = await world.ifThere(side)
      if (cluster && (await published(cluster, key)) !== value) await publish(cluster, key, value, scope[side])
    }
    return { note: `${wherePointer.metadata.name} says ${value.replaceAll('\n', ' and ')} for ${key}` }
  }

  return { publishWhere }
}

const { namespace, name } = wherePointer.metadata

/** Key by key: apps move side by side. */
async function publish(cluster: KubernetesPort, key: string, value: string, where: string): Promise<void> {
  await cluster.apply(home, { force: true })
  await cluster.create(wherePointer)
  await cluster.patch('ConfigMap', namespace, name, { data: { [key]: value } })
  if ((await published(cluster, key)) !== value)
    throw notYet(`ConfigMap ${namespace}/${name} on ${where} does not say ${key} yet`, budgets.objects, '1s')
}

async function published(cluster: KubernetesPort, key: string): Promise<unknown> {
  const data = (await cluster.find('ConfigMap', namespace, name))?.['data']
  return typeof data === 'object' && data !== null ? (data as Record<string, unknown>)[key] : undefined
}
