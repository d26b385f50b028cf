import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RegistryPort } from '../../../src/activities/ports.ts'
import { anAws, type AnAws } from './aws.ts'
import { failureOf } from './local.ts'

let world: AnAws
let port: RegistryPort
beforeAll(async () => {
  world = await anAws()
  port = world.outside.registry(world.region)
})
afterAll(() => world.stop())

const at = (name: string, account = '123456789012') => ({ account, region: 'ap-northeast-1', name })
const digest = (n: number) => `sha256:${String(n).padStart(64, '0')}`
const described = () => world.aws.calls().filter((c) => c.operation === 'DescribeImages').length

test('those that are not there are told, by tag or digest, and the others are not', async () => {
  world.aws.ecr.push('web', { digest: digest(1), tag: '1' }, { digest: digest(2), tag: '2' }, { digest: digest(3) })
  world.aws.ecr.remove('web', '2')
  const ids = [{ tag: '1' }, { tag: '2' }, { digest: digest(3) }, { digest: digest(4) }, { digest: digest(1) }]
  expect(await port.missing(at('web'), ids)).toEqual([{ tag: '2' }, { digest: digest(4) }])
})

test('where all are there they are asked for 100 at a time', async () => {
  const ids = Array.from({ length: 250 }, (_, n) => ({ tag: `${n}` }))
  world.aws.ecr.push('many', ...ids.map(({ tag }, n) => ({ tag, digest: digest(n) })))
  const before = described()
  expect(await port.missing(at('many'), ids)).toEqual([])
  expect(described() - before).toBe(3)
})

test('of a repository that is not there, all', async () => {
  expect(await port.missing(at('nowhere'), [{ tag: '1' }, { tag: '2' }])).toEqual([{ tag: '1' }, { tag: '2' }])
})

test('of another account it may not be asked', async () => {
  expect(await port.missing(at('web', '210987654321'), [{ tag: '1' }])).toBe('denied')
})

test('who is asked too often is asked again; a registry in trouble is no answer', async () => {
  world.faults.throttle('ecr:DescribeImages', 1)
  expect(await port.missing(at('web'), [{ tag: '1' }])).toEqual([])
  world.faults.fail('ecr:DescribeImages', { code: 'ServerException', message: 'busy', status: 500 }, 5)
  expect((await failureOf(port.missing(at('web'), [{ tag: '1' }]))).type).toBe('Unreachable')
})
