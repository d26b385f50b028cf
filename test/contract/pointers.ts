import { expect, test } from 'vitest'
import type { ActionInput } from '../../src/domain/actions.ts'
import { wherePointer } from '../../src/domain/where.ts'
import { driven } from '../support/driven.ts'
import { call, scope } from '../support/small-world.ts'
import type { WorldUnderTest } from './workload-actions.ts'

/** What pipelines are told, on either cluster. */
export function pointersContract(of: () => WorldUnderTest): void {
  const { namespace, name } = wherePointer.metadata
  const told = async () =>
    Promise.all(
      [of().blue, of().green].map(async ({ admin }) => (await admin.find('ConfigMap', namespace, name))?.['data']),
    )
  const publish = (app: string, at: ActionInput<'publishWhere'>['at']) =>
    driven(of().activities.publishWhere, call<'publishWhere'>({ app, environment: 'test', at }), { lost: true })

  test('both clusters say where to deploy, app by app, and are not written where they say it already', async () => {
    await publish('api', 'both')
    const { answer } = await publish('mail', 'green')
    expect(answer.note).toBe(`norikae-where says ${scope.green} for mail.test`)
    const both = `${scope.blue}\n${scope.green}`
    expect(await told()).toEqual([1, 2].map(() => ({ 'api.test': both, 'mail.test': scope.green })))
    await publish('api', 'blue')
    expect(await told()).toEqual([1, 2].map(() => ({ 'api.test': scope.blue, 'mail.test': scope.green })))
    const version = async () => (await of().blue.admin.find('ConfigMap', namespace, name))?.metadata.resourceVersion
    const before = await version()
    await publish('api', 'blue')
    expect(await version()).toBe(before)
  })
}
