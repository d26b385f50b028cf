import { describe, expect, test } from 'vitest'
import { EksToken, stsHost } from '../../../src/adapters/kubernetes/eks-token.ts'
import { tokenRefusal } from '../../../src/sandbox/eks-token.ts'

const identity = { region: 'ap-northeast-1', accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }
const credentials = async () => identity
const minutes = (n: number) => n * 60_000

const aToken = (more: Partial<ConstructorParameters<typeof EksToken>[0]> = {}) =>
  new EksToken({ cluster: 'blue', region: identity.region, credentials, ...more })

const read = (token: string): URL =>
  new URL(Buffer.from(token.replace(/^k8s-aws-v1\./, ''), 'base64url').toString('utf8'))

describe('what a token is', () => {
  test('it has the prefix, no padding, and a URL of STS inside', async () => {
    const token = await aToken().get()
    expect(token).toMatch(/^k8s-aws-v1\.[\w-]+$/)
    expect(read(token).origin).toBe('https://sts.ap-northeast-1.amazonaws.com')
  })

  test('its query has only keys that the authenticator allows', async () => {
    const withSession = async () => ({ ...identity, sessionToken: 'a session' })
    const keys = [...read(await aToken({ credentials: withSession }).get()).searchParams.keys()]
    const allowed = [
      'Action',
      'Version',
      'X-Amz-Algorithm',
      'X-Amz-Credential',
      'X-Amz-Date',
      'X-Amz-Expires',
      'X-Amz-Security-Token',
      'X-Amz-Signature',
      'X-Amz-SignedHeaders',
    ]
    expect(keys.toSorted()).toEqual(allowed)
  })

  test("the cluster's name is a signed header and no part of the query", async () => {
    const { searchParams } = read(await aToken().get())
    expect(searchParams.get('X-Amz-SignedHeaders')?.split(';')).toContain('x-k8s-aws-id')
    expect(searchParams.has('x-k8s-aws-id')).toBe(false)
  })

  test('it is good for its own cluster', async () => {
    expect(await tokenRefusal(await aToken().get(), 'blue', identity)).toBeUndefined()
  })

  test('it is not good for another cluster', async () => {
    expect(await tokenRefusal(await aToken().get(), 'green', identity)).toContain('not for cluster green')
  })
})

test.for([
  { region: 'ap-northeast-1', host: 'sts.ap-northeast-1.amazonaws.com' },
  { region: 'us-gov-west-1', host: 'sts.us-gov-west-1.amazonaws.com' },
  { region: 'cn-north-1', host: 'sts.cn-north-1.amazonaws.com.cn' },
  { region: 'eusc-de-east-1', host: 'sts.eusc-de-east-1.amazonaws.eu' },
  { region: 'us-iso-east-1', host: 'sts.us-iso-east-1.c2s.ic.gov' },
  { region: 'us-isob-east-1', host: 'sts.us-isob-east-1.sc2s.sgov.gov' },
])('STS of $region is $host', ({ region, host }) => {
  expect(stsHost(region)).toBe(host)
})

describe('how long a token is kept', () => {
  const start = Date.parse('2026-11-23T14:02:00Z')
  const rows = [
    { says: 'for as long as the cluster takes it, less a margin', after: minutes(12), same: true },
    { says: 'never until the cluster would refuse it', after: minutes(13), same: false },
    { says: 'not beyond its credentials', after: minutes(4), expiresAfter: minutes(5), same: false },
    { says: 'while its credentials are good', after: minutes(3), expiresAfter: minutes(5), same: true },
  ]
  test.for(rows)('$says', async ({ after, same, expiresAfter }) => {
    let now = start
    const expiring = async () => ({
      ...identity,
      ...(expiresAfter !== undefined && { expiration: new Date(start + expiresAfter) }),
    })
    const token = aToken({ now: () => now, credentials: expiring })
    const first = await token.get()
    now += after
    expect((await token.get()) === first).toBe(same)
  })

  test('a token that was dropped is signed anew, with credentials that are read anew', async () => {
    let asked = 0
    let now = start
    const token = aToken({ now: () => now, credentials: async () => ({ ...identity, accessKeyId: `AKIA${++asked}` }) })
    const first = await token.get()
    token.drop()
    now += 1_000
    expect(read(await token.get()).searchParams.get('X-Amz-Credential')).toMatch(/^AKIA2\//)
    expect(read(first).searchParams.get('X-Amz-Credential')).toMatch(/^AKIA1\//)
  })

  test('concurrent callers share one', async () => {
    let asked = 0
    const token = aToken({ credentials: async () => ((asked += 1), identity) })
    await Promise.all([token.get(), token.get(), token.get()])
    expect(asked).toBe(1)
  })

  test('credentials that could not be had are asked for again', async () => {
    let asked = 0
    const token = aToken({
      credentials: async () => {
        asked += 1
        if (asked === 1) throw new Error('no metadata')
        return identity
      },
    })
    await expect(token.get()).rejects.toThrow('no metadata')
    await expect(token.get()).resolves.toMatch(/^k8s-aws-v1\./)
  })
})
