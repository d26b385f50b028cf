import { expect, test } from 'vitest'
import { ApiServer } from '../../src/adapters/kubernetes/api-server.ts'
import { kubernetes } from '../../src/adapters/kubernetes/kubernetes-port.ts'
import type { KubernetesPort } from '../../src/activities/ports.ts'
import { aConfigMap, aNamespace } from '../contract/servers.ts'
import { driven } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { call } from '../support/small-world.ts'
import { failureOf } from '../sandbox/adapters/local.ts'
import { WORKER } from './granted.ts'
import { ADMIN_KEYS, type RealWorld } from './real-world.ts'

const patience = { withinMs: 60_000 }
const TIMES = { timeout: 120_000 }
const FLOW = 'flowcontrol.apiserver.k8s.io/v1'
const NAME = 'nobody-now'

/** What only a real server does: it has no time for anybody, stands still, or dies in the middle of a call. */
export function troubleOfRealServers(of: () => RealWorld): void {
  test('a server that has no time for the worker is asked again, and answers then', TIMES, async () => {
    const { admin } = of().planes.green
    const at = `/apis/${FLOW}`
    const level = {
      apiVersion: FLOW,
      kind: 'PriorityLevelConfiguration',
      metadata: { name: NAME },
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: 0,
          lendablePercent: 0,
          borrowingLimitPercent: 0,
          limitResponse: { type: 'Reject' },
        },
      },
    }
    const flow = {
      apiVersion: FLOW,
      kind: 'FlowSchema',
      metadata: { name: NAME },
      spec: {
        matchingPrecedence: 2,
        priorityLevelConfiguration: { name: NAME },
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: WORKER } }],
            // All namespaces at once are no namespace.
            resourceRules: [{ verbs: ['list'], apiGroups: [''], resources: ['limitranges'], clusterScope: true }],
          },
        ],
      },
    }
    await admin.ask({ method: 'POST', path: `${at}/prioritylevelconfigurations`, body: level })
    await admin.ask({ method: 'POST', path: `${at}/flowschemas`, body: flow })
    const asks = () => of().green.port.list('LimitRange')
    // One at a time is let through whatever the limit is.
    const refused = async () => {
      const all = await Promise.allSettled(Array.from({ length: 32 }, asks))
      return all.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))[0]
    }
    try {
      const failure = await eventually('it refuses', refused, patience)
      expect(failure).toMatchObject({ type: 'Unreachable' })
      expect(String(failure)).toMatch(/GET limitranges on .*too many requests/i)
    } finally {
      await admin.ask({ method: 'DELETE', path: `${at}/flowschemas/${NAME}` })
      await admin.ask({ method: 'DELETE', path: `${at}/prioritylevelconfigurations/${NAME}` })
    }
    expect(await eventually('it answers', asks, patience)).toEqual([])
  })

  test('a server that stands still is left after its time, and found again', TIMES, async () => {
    const { planes } = of()
    const { name, url, ca, pids } = planes.blue
    const caData = Buffer.from(ca).toString('base64')
    const access = { region: 'ap-northeast-1', credentials: async () => ADMIN_KEYS, timeoutMs: 500 }
    const api = new ApiServer({ name, server: url, caData, ...access })
    const port: KubernetesPort = kubernetes(api)
    try {
      expect(await port.version()).toBe('1.35')
      process.kill(pids['kube-apiserver'], 'SIGSTOP')
      const failure = await failureOf(port.version())
      expect(failure).toMatchObject({ type: 'Unreachable', nonRetryable: false })
      expect(failure.message).toMatch(/^GET version on .*: (no answer in 0\.5s|.*time-?out)/i)
      process.kill(pids['kube-apiserver'], 'SIGCONT')
      await eventually('it answers', async () => (await port.version()) === '1.35', patience)
    } finally {
      process.kill(pids['kube-apiserver'], 'SIGCONT')
      await api.close()
    }
  })

  test('a server that dies while an app is made on it gets all of it, once', TIMES, async () => {
    const { activities, crash, blue, green } = of()
    const namespace = await aNamespace(blue, green)
    const names = Array.from({ length: MANY }, (_, n) => `settings-${n}`).toSorted()
    for (const name of names) await blue.applyAs('team', aConfigMap(name, namespace, { of: name }))
    const deploy = call<'deploy'>({
      app: 'shop',
      environment: 'test',
      namespaces: [namespace],
      on: 'green',
      asleep: [],
    })
    const made = async () =>
      (await green.admin.list('ConfigMap', { namespace }))
        .map((o) => o.metadata.name)
        .filter((name) => name.startsWith('settings-'))
    const whys: string[] = []
    const going = driven(activities.deploy, deploy, { ...patience, between: (why) => void whys.push(why) })
    await eventually('it has begun', async () => (await made()).length > 0, { ...patience, everyMs: 1 })
    await crash('green')
    await going
    expect(
      whys.filter((why) => /on .*: (connect ECONNREFUSED|socket|other side closed|read ECONN)/i.test(why)),
    ).not.toEqual([])
    expect((await made()).toSorted()).toEqual(names)
  })
}

/** So many that it takes a second to make them. */
const MANY = 150
