import { expect, onTestFinished, test } from 'vitest'
import { Agent, request } from 'undici'
import type { CredentialsProvider } from '../../src/adapters/aws-client.ts'
import { ApiServer, type Answer } from '../../src/adapters/kubernetes/api-server.ts'
import { kubernetes } from '../../src/adapters/kubernetes/kubernetes-port.ts'
import type { KubernetesPort } from '../../src/activities/ports.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import type { Side } from '../../src/domain/platform.ts'
import { failureOf } from '../sandbox/adapters/local.ts'
import { driven } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { call, scope } from '../support/small-world.ts'
import { aConfigMap, aNamespace } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

/** What can be done to a server, however it is done. */
export interface Trouble {
  /** The worker's lists of LimitRanges of all namespaces are too many for it; ends with what it answers. */
  busy(side: Side): Promise<() => Promise<void>>
  /** It takes connections and answers nothing; ends with what it answers. */
  freeze(side: Side): () => void
  /** It dies in the middle of whatever it does. Ends when it is up again. */
  crash(side: Side): Promise<void>
  /** It keeps nothing of former moments. */
  forget(side: Side): Promise<void>
  door(side: Side): Door
}

interface Door {
  readonly url: string
  /** PEM. */
  readonly ca: string
  /** Of an administrator. */
  readonly credentials: CredentialsProvider
  workerToken(): Promise<string>
}

const patience = { withinMs: 60_000 }
const TIMES = { timeout: 120_000 }

/** What is promised of a server that has no time, stands still, forgets, or dies in the middle of a call. */
export function troubleContract(of: () => WorldUnderTest, to: () => Trouble): void {
  /** An administrator's, by the real adapter, which ends with the test. */
  function serverOn(side: Side, timeoutMs = 20_000): ApiServer {
    const { url, ca, credentials } = to().door(side)
    const caData = Buffer.from(ca).toString('base64')
    const api = new ApiServer({ name: scope[side], server: url, caData, region: scope.region, credentials, timeoutMs })
    onTestFinished(() => api.close())
    return api
  }

  test(
    'a server that has no time for the worker says when to ask again, is asked again, and answers',
    TIMES,
    async () => {
      const { url, ca, workerToken } = to().door('green')
      const asks = () => of().green.port.list('LimitRange')
      // A real one lets one at a time through whatever the limit is.
      const refused = async () => {
        const all = await Promise.allSettled(Array.from({ length: 32 }, asks))
        return all.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))[0]
      }
      const token = await workerToken()
      const dispatcher = new Agent({ connect: { ca }, connections: 32 })
      const raw = async () => {
        const headers = { authorization: `Bearer ${token}` }
        const { statusCode, headers: told, body } = await request(`${url}/api/v1/limitranges`, { dispatcher, headers })
        await body.dump()
        return { statusCode, after: told['retry-after'] }
      }
      const rest = await to().busy('green')
      try {
        const failure = await eventually('it refuses', refused, patience)
        expect(failure).toMatchObject({ type: 'Unreachable', nonRetryable: false })
        expect(String(failure)).toMatch(/GET limitranges on .*too many requests/i)
        const answers = await Promise.all(Array.from({ length: 32 }, raw))
        expect(answers.find((a) => a.statusCode === 429)).toEqual({ statusCode: 429, after: '1' })
      } finally {
        await dispatcher.close()
        await rest()
      }
      expect(await eventually('it answers', asks, patience)).toEqual([])
    },
  )

  test('a server that stands still is left after its time, and found again', TIMES, async () => {
    const port = kubernetes(serverOn('blue', 500))
    expect(await port.version()).toBe('1.35')
    const thaw = to().freeze('blue')
    try {
      const failure = await failureOf(port.version())
      expect(failure).toMatchObject({ type: 'Unreachable', nonRetryable: false })
      expect(failure.message).toMatch(/^GET version on .*: (no answer in 0\.5s|.*time-?out)/i)
    } finally {
      thaw()
    }
    await eventually('it answers', async () => (await port.version()) === '1.35', patience)
  })

  test(
    'all pages of a list are of one moment; one that is forgotten meanwhile goes on or begins anew',
    TIMES,
    async () => {
      const { admin } = of().green
      const namespace = await aNamespace(of().green)
      const names = Array.from({ length: LISTED }, (_, n) => `listed-${String(n).padStart(3, '0')}`)
      for (let at = 0; at < names.length; at += 50)
        await Promise.all(
          names
            .slice(at, at + 50)
            .map((name) => admin.create(aConfigMap(name, namespace, {}, { labels: { of: 'listed' } }))),
        )
      const where = { namespace, labels: 'of=listed' }
      const created = (name: string) => admin.create(aConfigMap(name, namespace, {}, { labels: { of: 'listed' } }))
      const removed = (name: string) => admin.remove('ConfigMap', namespace, name)
      const [early, late, last] = [names[5] ?? '', names[250] ?? '', names[450] ?? '']

      const pages: string[][] = []
      for await (const page of admin.pages('ConfigMap', where)) {
        pages.push(page.map(nameOf))
        if (pages.length === 1) {
          await removed(late)
          await created(`${late}-new`)
        }
        if (pages.length === 3) {
          expect(pages.flat()).toEqual(names.slice(0, 300))
          await removed(early)
          await removed(last)
          await created(`${last}-new`)
          await to().forget('green')
        }
      }
      expect(pages.flat()).toEqual([
        ...names.slice(0, 300),
        ...names.slice(300).map((name) => (name === last ? `${last}-new` : name)),
      ])

      const server = serverOn('green')
      const heard: number[] = []
      const forgetful: Pick<ApiServer, 'ask' | 'answer'> = {
        ask: (request) => server.ask(request),
        async answer(request): Promise<Answer> {
          const answer = await server.answer(request)
          if (heard.push(answer.status) === 1) {
            await removed(names[7] ?? '')
            await to().forget('green')
          }
          return answer
        },
      }
      const listed = (await kubernetes(forgetful).list('ConfigMap', where)).map(nameOf)
      expect(heard).toEqual([200, 410, 200, 200])
      expect(listed).not.toContain(names[7])
      expect(listed).toHaveLength(LISTED - 2)
    },
  )

  test(
    'a server that dies in the middle of calls has done each or has not, and whoever asks again is told',
    TIMES,
    async () => {
      const { green } = of()
      const namespace = await aNamespace(green)
      const names = Array.from({ length: AT_ONCE }, (_, n) => `once-${n}`).toSorted()
      const create = (name: string) => green.port.create(aConfigMap(name, namespace))
      const made = async (port: KubernetesPort) => (await port.list('ConfigMap', { namespace })).map(nameOf)
      let crashed: Promise<void> | undefined
      const first = await Promise.allSettled(
        names.map(async (name) => {
          const isNew = await create(name)
          crashed ??= to().crash('green')
          return isNew
        }),
      )
      await crashed
      const lost = names.filter((_, n) => first[n]?.status === 'rejected')
      expect(lost).not.toEqual([])
      for (const one of first)
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ type: 'Unreachable', nonRetryable: false })
      const there = new Set(await eventually('it answers', () => made(green.port).catch(() => undefined), patience))
      expect(names.filter((name) => !lost.includes(name) && !there.has(name))).toEqual([])
      const again = await Promise.all(lost.map(create))
      expect(lost.filter((_, n) => again[n] !== true)).toEqual(lost.filter((name) => there.has(name)))
      expect((await made(green.admin)).filter((name) => name.startsWith('once-')).toSorted()).toEqual(names)
    },
  )

  test('a server that dies while an app is made on it gets all of it, once', TIMES, async () => {
    const { activities, blue, green } = of()
    const namespace = await aNamespace(blue, green)
    const names = Array.from({ length: MANY }, (_, n) => `settings-${n}`).toSorted()
    await Promise.all(names.map((name) => blue.admin.create(aConfigMap(name, namespace, { of: name }))))
    const deploy = call<'deploy'>({
      app: 'shop',
      environment: 'test',
      namespaces: [namespace],
      on: 'green',
      asleep: [],
    })
    const made = async () =>
      (await green.admin.list('ConfigMap', { namespace })).map(nameOf).filter((name) => name.startsWith('settings-'))
    const whys: string[] = []
    const going = driven(activities.deploy, deploy, { ...patience, between: (why) => void whys.push(why) })
    await eventually('it has begun', async () => (await made()).length > 0, { ...patience, everyMs: 1 })
    await to().crash('green')
    await going
    expect(
      whys.filter((why) => /on .*: (connect ECONNREFUSED|socket|other side closed|read ECONN)/i.test(why)),
    ).not.toEqual([])
    expect((await made()).toSorted()).toEqual(names)
  })
}

const nameOf = ({ metadata }: KubernetesObject): string => metadata.name

/** Two pages of a list that is read at once, six of one that is read page by page. */
const LISTED = 510
/** More than there are connections. */
const AT_ONCE = 40
/** So many that it takes a second to make them. */
const MANY = 150
