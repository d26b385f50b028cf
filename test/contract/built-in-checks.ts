import { describe, expect, test } from 'vitest'
import { BUILT_IN } from '../../src/domain/built-in-checks.ts'
import { record, records } from '../../src/domain/fields.ts'
import type { Check, KubernetesAsked, Limit } from '../../src/domain/verdict.ts'
import { driven, type Driving } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { aDeployment, scope } from '../support/small-world.ts'
import { aNamespace } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const TIMES = { timeout: 120_000 }
const patience = { withinMs: 60_000 }

/** What clusters tell of themselves, whichever API servers, schedulers and kubelets do. */
export function builtInChecksContract(of: () => WorldUnderTest): void {
  describe('what is judged without being written', () => {
    const check = (asked: KubernetesAsked, namespace: string, limit: Limit = BUILT_IN[asked]?.limit ?? {}): Check => ({
      name: asked,
      source: { kind: 'kubernetes', of: asked, namespaces: [namespace] },
      limit,
      minSamples: 1,
      breachAfter: 1,
      every: '1s',
    })
    const observed = async (checks: readonly Check[], driving: Driving = {}) => {
      const input = { subject: { ...scope, team: 'shop' }, for: '5s', checks } as const
      // As if it had been looked for long enough when it is looked at first.
      return (await driven(of().activities.observe, input, { scheduledMs: Date.now() - 6_000, ...driving })).answer
    }

    test('a pod waits for a node, one container loops, and the rest of the cluster is well', TIMES, async () => {
      const { blue, green } = of()
      const namespace = await aNamespace(blue, green)
      const web = aDeployment('web', namespace)
      const template = record(web.spec?.['template'])
      const spec = { ...record(template['spec']), nodeSelector: { 'norikae.test/pool': 'none' } }
      await green.applyAs('team', { ...web, spec: { ...web.spec, template: { ...template, spec } } })
      const pod = await eventually(
        'its pod waits for a node',
        async () =>
          (await green.admin.list('Pod', { namespace })).find((p) =>
            records(p.status?.['conditions']).some((c) => c['type'] === 'PodScheduled' && c['status'] === 'False'),
          ),
        patience,
      )

      const ready: Check = {
        ...check('restarts', namespace),
        name: 'ready',
        source: { kind: 'readiness', namespaces: [namespace] },
        limit: { atMost: 0 },
      }
      const all = (Object.keys(BUILT_IN) as KubernetesAsked[]).map((asked) => check(asked, namespace)) // its keys are these
      expect((await observed([...all, ready])).map((j) => `${j.check} ${j.verdict}`)).toEqual([
        'restarts pass',
        'scheduling pass',
        'api-server pass',
        'ready pass',
      ])

      const [waits] = await observed([check('scheduling', namespace, { timesBlue: 2, fineUpTo: 0 })])
      expect(waits?.verdict).toBe('fail')
      expect(waits?.because).toContain(`pod ${namespace}/${pod.metadata.name} waits: 0/`)

      const crash = async () => {
        const last = {
          exitCode: 137,
          reason: 'OOMKilled',
          startedAt: '2026-11-26T10:00:00Z',
          finishedAt: '2026-11-26T10:00:01Z',
          containerID: '',
        }
        const status = {
          name: 'app',
          image: 'i',
          imageID: '',
          ready: false,
          restartCount: 3,
          state: {},
          lastState: { terminated: last },
        }
        await green.admin.patch(
          'Pod',
          namespace,
          pod.metadata.name,
          { status: { containerStatuses: [status] } },
          'status',
        )
      }
      const [loops] = await observed([check('restarts', namespace)], { scheduledMs: Date.now(), between: crash })
      expect(loops).toMatchObject({
        verdict: 'fail',
        because: `3 in a row, where at most 2, or 2 times blue's 0, is allowed (container app of pod ${namespace}/${pod.metadata.name}, last by OOMKilled, exit code 137)`,
      })
    })
  })
}
