import { MockActivityEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { uncalled } from '../../../src/activities/api-callers.ts'
import type { Proven } from '../../../src/activities/outside.ts'
import type { KubernetesPort } from '../../../src/activities/ports.ts'
import type { Choice } from '../../../src/domain/choices.ts'

/** The proof over its attempts: what each is told by the log and by blue, and what it is told of the last one. */

const now = Date.parse('2026-11-26T14:00:00Z')
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now }))
afterEach(() => void vi.useRealTimers())

type Row = Readonly<Record<string, string>>
const minute = 60_000
/** One who asked within the last hour: the control plane, unless somebody else is named; in milliseconds before now. */
const row = (user = 'eks:addon-manager', { first = 59 * minute, last = minute } = {}): Row => ({
  'user.username': user,
  userAgent: 'helm/3.19',
  verb: 'patch',
  'objectRef.resource': 'deployments',
  calls: '1',
  first: String(now - first),
  last: String(now - last),
})

class Blue {
  rows: readonly Row[] = [row()]
  /** What earlier queries answer, by their ids. */
  readonly old = new Map<string, readonly Row[]>()
  readonly begun: { readonly from: string; readonly to: string }[] = []
  annotations: Record<string, string> = {}

  readonly #world = {
    principalArn: 'arn:aws:iam::1:role/norikae',
    eks: { findCluster: async () => ({ logging: ['audit'] }) },
    logs: {
      startQuery: async (_group: string, _query: string, from: string, to: string) => {
        this.begun.push({ from, to })
        return 'new'
      },
      queryAnswer: async (id: string) => this.old.get(id) ?? this.rows,
    },
  } as unknown as Proven // what the proof asks of it

  readonly #here = {
    find: async () => ({ metadata: { annotations: this.annotations } }),
    apply: async () => undefined,
    create: async () => true,
    patch: async (...[, , , { metadata }]: [unknown, unknown, unknown, { metadata: Pick<Blue, 'annotations'> }]) => {
      this.annotations = { ...this.annotations, ...metadata.annotations }
    },
  } as unknown as KubernetesPort // its ConfigMap

  /** One attempt: codes of its findings, or the type and words of why not. */
  async proof({ waited = 0, noted, choice }: { waited?: number; noted?: object; choice?: Choice } = {}) {
    const info = { scheduledTimestampMs: now - waited, ...(noted && { heartbeatDetails: { noted } }) }
    const asked = { cluster: 'blue', window: '1h', byArgocd: false, choice } as const
    const prove = () => uncalled(this.#world, this.#here, asked)
    const ended = await new MockActivityEnvironment(info)
      .run<[], Awaited<ReturnType<typeof uncalled>>, typeof prove>(prove)
      .catch((error: { readonly type: string; readonly message: string }) => error)
    return 'findings' in ended ? ended.findings.map((f) => f.code) : [ended.type, ended.message]
  }
}

test('what a query of hours ago answers is of hours ago: it is begun anew', async () => {
  const blue = new Blue()
  blue.old.set('old', [row()])
  blue.rows = [row('ci')]
  expect(await blue.proof({ noted: { query: 'old', untilMs: now - 60 * minute } })).toEqual([
    'NotReady',
    expect.stringContaining('ci by helm/3.19'),
  ])
  expect(blue.begun).toEqual([{ from: '2026-11-26T13:00:00.000Z', to: '2026-11-26T14:00:00.000Z' }])
})

test('one that was begun a moment ago is asked for its answer', async () => {
  const blue = new Blue()
  blue.old.set('old', [row()])
  blue.rows = [row('ci')]
  expect(await blue.proof({ noted: { query: 'old', untilMs: now - minute } })).toEqual([])
  expect(blue.begun).toEqual([])
})
