import { expect, test } from 'vitest'
import { OWN_LABELS } from '../../src/domain/fence.ts'
import { driven } from '../support/driven.ts'
import { aDeployment, call, scope } from '../support/small-world.ts'
import { aNamespace } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

/** What Norikae keeps for itself on a green that others made. After all others: it takes the fences of all of them down. */
export function adoptionContract(of: () => WorldUnderTest): void {
  test('on the way back a namespace goes only where nothing of others is in it', async () => {
    const { activities, blue, green, ports } = of()
    const found = await ports.eks(scope.region).findCluster(scope.green)
    if (!found) throw new Error('there is no green')
    const where = { scope: { ...scope, adopted: { arn: found.arn, createdAt: found.createdAt } } }
    const twice = { lost: true, withinMs: 60_000 }
    const namespaces = [await aNamespace(blue), await aNamespace(blue), await aNamespace(blue)]
    const [empty = '', used = '', runs = ''] = namespaces
    const place = { namespaces, on: 'green' as const }
    await driven(activities.openNamespaces, call<'openNamespaces'>({ ...place, closed: [] }, where), twice)
    const password = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db', namespace: used } }
    await green.applyAs('pipeline', { ...password, stringData: { password: 'hunter2' } })
    await green.applyAs('pipeline', aDeployment('web', runs))
    const close = (more: object) =>
      driven(activities.closeNamespaces, call<'closeNamespaces'>({ ...place, ...more }, where), twice)

    const { note } = (await close({ byOthers: true })).answer
    expect(note).toContain(`${empty} gone from ${scope.green}; left on ${scope.green}`)
    expect(note).toContain(`${used} (Secret/${used}/db)`)
    const there = async () =>
      (await Promise.all(namespaces.map((name) => green.admin.find('Namespace', undefined, name)))).map((n) => !!n)
    expect(await there()).toEqual([false, true, true])
    expect(await green.admin.find('Deployment', runs, 'web')).toBeDefined()
    await close({})
    expect(await there()).toEqual([false, false, false])
  }, 180_000)

  test('what is fenced stays so when green is left; where nothing is, the policy goes too', async () => {
    const { activities, green, ports } = of()
    const found = await ports.eks(scope.region).findCluster(scope.green)
    if (!found) throw new Error('there is no green')
    const identity = { arn: found.arn, createdAt: found.createdAt }
    const version = found.version
    const where = { scope: { ...scope, adopted: identity } }
    const twice = { lost: true, withinMs: 60_000 }
    const leave = () =>
      driven(activities.leaveCluster, call<'leaveCluster'>({ cluster: scope.green, identity }, where), twice)
    const adopt = call<'adoptCluster'>({ cluster: scope.green, identity, version }, where)
    await driven(activities.adoptCluster, adopt, twice)
    const namespace = await aNamespace(green)
    const fence = { namespaces: [namespace], on: 'green' as const }
    await driven(activities.raiseFence, call<'raiseFence'>({ ...fence, closed: [] }, where), twice)

    expect((await leave()).answer.note).toContain(`norikae-fence-${namespace}`)
    expect(await green.admin.find('ValidatingAdmissionPolicy', undefined, 'norikae-fence')).toBeDefined()

    const [label] = Object.entries(OWN_LABELS).map(([key, value]) => `${key}=${value}`)
    for (const { metadata } of await green.admin.list('ValidatingAdmissionPolicyBinding', { labels: label ?? '' }))
      await green.admin.remove('ValidatingAdmissionPolicyBinding', undefined, metadata.name)
    expect((await leave()).answer.note).toContain('is left as it was made')
    expect(await green.admin.find('ValidatingAdmissionPolicy', undefined, 'norikae-fence')).toBeUndefined()
  }, 180_000)
}
