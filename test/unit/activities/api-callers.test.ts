import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'
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
    const ended = await new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') })
      .run<[], Awaited<ReturnType<typeof uncalled>>, typeof prove>(prove)
      .catch((error: { readonly type: string; readonly message: string }) => error)
    return 'findings' in ended ? ended.findings.map((f) => f.code) : [ended.type, ended.message]
  }
}

test('what a query of hours ago answers is of hours ago: it is begun anew', async () => {
  const blue = new Blue()
  blue.old.set('old', [row()])
  blue.rows = [row('ci')]
  expect(await blue.proof({ noted: { query: 'old', spans: 'old', untilMs: now - 60 * minute } })).toEqual([
    'NotReady',
    expect.stringContaining('ci by helm/3.19'),
  ])
  // Who called, and what the log tells at all.
  const hour = { from: '2026-11-26T13:00:00.000Z', to: '2026-11-26T14:00:00.000Z' }
  expect(blue.begun).toEqual([hour, hour])
})

test('one that was begun a moment ago is asked for its answer', async () => {
  const blue = new Blue()
  blue.old.set('old', [row()])
  blue.rows = [row('ci')]
  expect(await blue.proof({ noted: { query: 'old', spans: 'old', untilMs: now - minute } })).toEqual([])
  expect(blue.begun).toEqual([])
})

const LONG = 3 * 60 * minute

test('an answer accepts whom people were told of, and nobody who came since', async () => {
  const blue = new Blue()
  blue.rows = [row('ci'), row('gone')]
  expect(await blue.proof({ waited: LONG })).toEqual(['Called', expect.stringContaining('gone by helm/3.19')])
  blue.rows = [row('ci'), row('team-b')]
  const [type, words] = await blue.proof({ choice: 'skip' })
  expect([type, words]).toEqual(['NotReady', expect.stringContaining('team-b by helm/3.19')])
  expect(words).not.toContain('ci by')
  expect(JSON.parse(blue.annotations['norikae.io/callers-accepted'] ?? '')).toEqual(['ci'])
  // Who is waited for still is asked about by name.
  const [again, told] = await blue.proof({ choice: 'skip', waited: LONG })
  expect([again, told]).toEqual(['Called', expect.stringContaining('team-b by helm/3.19')])
  expect(await blue.proof({ choice: 'skip' })).toEqual(['callers-accepted'])
})

test('a question names everybody whom its answer accepts', async () => {
  const blue = new Blue()
  const all = ['one', 'two', 'three', 'four', 'five', 'six']
  blue.rows = all.map((name) => row(name))
  const [, words = ''] = await blue.proof({ waited: LONG })
  expect(all.filter((name) => !words.includes(name))).toEqual([])
})

test('where people were told of nobody, an answer accepts nobody', async () => {
  const blue = new Blue()
  blue.rows = [row('ci')]
  expect(await blue.proof({ choice: 'skip' })).toEqual(['NotReady', expect.stringContaining('ci by helm/3.19')])
  expect(blue.annotations).toEqual({})
})

test('a log that does not tell of the whole window proves nothing: it is waited for, and then nobody knows', async () => {
  const blue = new Blue()
  blue.rows = [row('eks:addon-manager', { first: 10 * minute }), row('ci', { first: minute })]
  blue.annotations = { 'norikae.io/callers-accepted': '["ci"]' }
  const [type, words] = await blue.proof()
  expect([type, words]).toEqual(['NotReady', expect.stringContaining('it tells nothing before 2026-11-26 13:50 UTC')])
  expect(await blue.proof({ waited: LONG })).toEqual(['callers-unknown', 'callers-accepted'])
})

test('a hole in its middle is waited for until the window has passed it, and then nobody knows', async () => {
  const blue = new Blue()
  blue.rows = [row('eks:x', { last: 40 * minute }), row('eks:x', { first: 20 * minute })]
  expect(await blue.proof()).toEqual([
    'NotReady',
    expect.stringContaining('it tells nothing between 2026-11-26 13:20 UTC and 2026-11-26 13:40 UTC'),
  ])
  expect(await blue.proof({ waited: LONG })).toEqual(['callers-unknown'])
})
