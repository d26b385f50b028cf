import { STS } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { principalOf, sts } from '../../../src/adapters/sts/identity-port.ts'
import { anAws, type AnAws } from './aws.ts'

let world: AnAws
beforeAll(async () => {
  world = await anAws()
})
afterAll(() => world.stop())

test("the worker's principal is the role of its session", async () => {
  const { account, roleArn } = world.aws.identity
  expect(await world.outside.identity.whoAmI(world.region)).toEqual({ account, principalArn: roleArn })
})

test('whose an access key is, is asked once: every look of every watch begins with it', async () => {
  const credentials = await world.credentials()
  const clientOf = (accessKeyId: string) =>
    new STS({ region: world.region, credentials: { ...credentials, accessKeyId } })
  const [ours, other] = [clientOf(credentials.accessKeyId), clientOf('AKIAOTHER')]
  const clients = [ours, ours, other, ours]
  const asked = () => world.aws.calls().filter((c) => c.operation === 'GetCallerIdentity').length
  const before = asked()
  let now = ours
  const identity = sts(() => now)
  const seen: number[] = []
  for (now of clients) {
    await identity.whoAmI(world.region).catch(() => undefined)
    seen.push(asked() - before)
  }
  expect(seen).toEqual([1, 1, 2, 2])
  for (const client of [ours, other]) client.destroy()
})

test.for([
  { says: 'a session', arn: 'arn:aws:sts::1:assumed-role/Role/session', principal: 'arn:aws:iam::1:role/Role' },
  {
    says: 'a session in China',
    arn: 'arn:aws-cn:sts::1:assumed-role/Role/i-0abc',
    principal: 'arn:aws-cn:iam::1:role/Role',
  },
  { says: 'a user is itself', arn: 'arn:aws:iam::1:user/ops/ana', principal: 'arn:aws:iam::1:user/ops/ana' },
  { says: 'the root is itself', arn: 'arn:aws:iam::1:root', principal: 'arn:aws:iam::1:root' },
])('$says', ({ arn, principal }) => {
  expect(principalOf(arn)).toBe(principal)
})
