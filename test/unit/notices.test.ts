import { describe, expect, test } from 'vitest'
import { chatMessage, headline } from '../../src/domain/chat-message.ts'
import { figures } from '../../src/domain/figures.ts'
import type { Desk, Gate, Given } from '../../src/domain/gates.ts'
import { contestedSettled, evidenceOf, gateNotice, gateSettled } from '../../src/domain/notices.ts'
import { late } from '../../src/domain/reminding.ts'
import { aCutoverPlan, rule } from '../support/builders.ts'

const at = '2026-11-24T04:00:00Z'
const from = { workflowId: 'w', runId: 'r', at }
const subject = { ...aCutoverPlan().subject, environment: 'production' }
const gate = (more: Partial<Gate> = {}): Gate => ({
  id: 'production/gate@abcdef01.1',
  title: 'move api to green',
  rule: rule('scala', { approvals: 2, exclude: ['requester'] }),
  offers: ['approve', 'reject'],
  openedAt: at,
  images: 'v1',
  given: [],
  ...more,
})
const given = (by: string, more: Partial<Given> = {}): Given => ({
  gate: gate().id,
  by,
  answer: 'approve',
  at,
  ...more,
})
const deskOf = (it: Gate): Desk => ({
  gates: [it],
  ahead: [],
  log: [],
  requester: 'aoki',
  members: { scala: ['aoki', 'baba', 'chiba'], sre: ['doi'] },
})

test.for([
  ['stopped', 'they have stopped, and it goes on'],
  ['goes-on', 'they have not stopped, or nobody knows whether they have: people are asked'],
  ['goes-back', 'nobody waits for it any more: it goes back'],
] as const)('a contest that ended so: %s', ([end, title]) => {
  expect(contestedSettled(from, subject, 'production/route/web/25', 1, end).title).toBe(title)
})

describe('who is late', () => {
  test.for<{ says: string; gate: Partial<Gate>; people: string[]; teams: string[] }>([
    { says: 'everybody who may approve', gate: {}, people: ['baba', 'chiba'], teams: ['scala'] },
    { says: 'nobody who has answered', gate: { given: [given('baba')] }, people: ['chiba'], teams: ['scala'] },
    {
      says: 'no team of which all have',
      gate: { rule: rule('scala', { teams: ['scala', 'sre'], approvals: 3 }), given: [given('doi')] },
      people: ['aoki', 'baba', 'chiba'],
      teams: ['scala'],
    },
    {
      says: 'nobody, where only time has to come',
      gate: { given: ['baba', 'chiba'].map((by) => given(by, { notBefore: '2026-11-25T04:00:00Z' })) },
      people: [],
      teams: [],
    },
    {
      says: 'who answered for a time that has passed',
      gate: { given: [given('baba', { notAfter: '2026-11-24T04:30:00Z' })] },
      people: ['baba', 'chiba'],
      teams: ['scala'],
    },
    {
      says: 'whoever has to type a name, too',
      gate: { rule: rule('sre', { typed: 'blue' }) },
      people: ['doi'],
      teams: ['sre'],
    },
    {
      says: 'who asked for the upgrade, where a step failed',
      gate: { offers: ['retry'], given: [given('baba', { answer: 'retry' })] },
      people: ['aoki', 'chiba'],
      teams: ['scala'],
    },
  ])('is $says', ({ gate: more, people, teams }) => {
    const it = gate(more)
    expect(late(deskOf(it), it, '2026-11-24T05:00:00Z')).toEqual({ people, teams })
  })
})

test.for<[string, Partial<Gate>, string]>([
  ['approved', { given: [given('baba'), given('chiba')], closed: { at, as: 'approve' } }, 'approved by baba, chiba'],
  [
    'rejected',
    {
      given: [given('baba'), given('chiba', { answer: 'reject', comment: 'not today' })],
      closed: { at, as: 'reject' },
    },
    'rejected by chiba: not today',
  ],
  [
    'expired',
    { rule: rule('scala', { expires: '3d' }), closed: { at, as: 'reject' } },
    'nobody answered within 3d, which counts as rejected',
  ],
  [
    'tried again',
    { given: [given('baba', { answer: 'retry' })], closed: { at, as: 'retry' } },
    'answered with retry by baba',
  ],
  ['withdrawn', { closed: { at, as: 'withdrawn' } }, 'withdrawn: nobody has to decide it any more'],
])('a gate that was %s says so', ([, more, title]) => {
  expect(gateSettled(from, subject, gate(more))).toMatchObject({ title, about: 'settled', thing: gate().id })
})

test('evidence is of a length that people read', () => {
  expect(evidenceOf({})).toEqual([])
  const verdicts = Array.from({ length: 20 }, (_, n) => `${n}`)
  expect(evidenceOf({ verdicts })).toEqual([...verdicts.slice(0, 7), '… and 13 more'])
  expect(evidenceOf({ verdicts: ['x'.repeat(1000)] })[0]).toHaveLength(301)
})

describe('in a chat', () => {
  const evil = 'pull of `web` failed: <!channel> & <@U1> *loud* ```'
  const notice = gateNotice(
    from,
    subject,
    gate({ title: evil, differing: ['web: v1 on blue, v2 on green'], hazards: ['web prunes'] }),
    0,
    {
      missing: ['baba', 'chiba'],
      evidence: ['errors: pass'],
    },
  )
  const texts = (blocks: object) =>
    [...JSON.stringify(blocks).matchAll(/"text":"((?:[^"\\]|\\.)*)"/g)].map(
      ([, text]) => JSON.parse(`"${text}"`) as string,
    )

  test('a gate says who is asked, for what, by what, how to answer, and where', () => {
    const { text, blocks } = chatMessage({ kind: 'notice', notice }, 'https://temporal.example.com/w')
    const parts = blocks.flatMap((b) => b.elements.map((e) => e.elements.map((piece) => piece.text).join('')))
    expect(parts.map((part) => part.split('\n'))).toEqual([
      [
        'scala is asked: api production',
        evil,
        '• errors: pass',
        '• other images: web: v1 on blue, v2 on green',
        '• Argo CD: web prunes',
        '0 of 2: approve or reject, since 2026-11-24T04:00:00Z',
        'not answered yet: baba, chiba',
      ],
      ['approve', 'reject'].map((answer) => `norikae ${answer} ${gate().id} --platform toy --as <you>`),
      ['or, as an update or a signal in Temporal’s UI:'],
      ['approve', 'reject'].map((answer) => `${answer} {"gate":"${gate().id}","by":"<you>"}`),
      ['open it in Temporal'],
    ])
    expect(text).toBe(
      'scala is asked: api production: pull of `web` failed: &lt;!channel&gt; &amp; &lt;@U1&gt; *loud* ```',
    )
  })

  test('nothing that others wrote can be read as a mention', () => {
    for (const it of [notice, { ...notice, about: 'went-back' as const }]) {
      const { text, blocks } = chatMessage({ kind: 'notice', notice: it })
      expect(text).not.toMatch(/<|>/)
      const kinds = [...JSON.stringify(blocks).matchAll(/"type":"(\w+)"/g)].map(([, kind = '']) => kind)
      const harmless = new Set(['rich_text', 'rich_text_preformatted', 'rich_text_section', 'text'])
      expect(kinds.filter((kind) => !harmless.has(kind))).toEqual([])
    }
  })

  test('what is settled says by whom, and how to answer no more', () => {
    const over = gateSettled(from, subject, gate({ given: [given('baba')], closed: { at, as: 'approve' } }))
    const { text, blocks } = chatMessage({ kind: 'notice', notice, settled: over })
    expect(text).toBe('✔ api production: approved by baba')
    expect(JSON.stringify(blocks)).toContain('pull of')
    expect(JSON.stringify(blocks)).not.toContain('norikae approve')
  })

  test('a text is never longer than Slack takes', () => {
    const { text, blocks } = chatMessage({ kind: 'notice', notice: { ...notice, title: '&'.repeat(9000) } })
    expect(text.length).toBeLessThan(2000)
    expect(Math.max(...texts(blocks).map((t) => t.length))).toBe(3000)
  })

  test('a line says how a workflow stands', () => {
    const status = { subject, phase: 'production', waitingFor: [{ who: ['scala'] }] }
    expect(
      headline([
        { ...status, subject: { ...subject, environment: 'test' }, state: 'on-green' },
        { ...status, state: 'waiting' },
      ] as never),
    ).toBe('api (scala), toy · test on-green · production waiting for scala')
    const refresh = { platform: 'toy', team: 'sre', blue: 'toy-1-35', green: 'toy-1-35-r2', refresh: true }
    expect(headline([{ subject: refresh, phase: 'soak', waitingFor: [], state: 'running' }] as never)).toBe(
      'toy: toy-1-35 → toy-1-35-r2 (refresh) · soak, running',
    )
    expect(headline([])).toBe('')
  })
})

test('an end is told in figures', () => {
  const waits = [
    { gate: 'start@1.1', seconds: 40, ended: 'approve', by: ['baba'] },
    { app: 'api', environment: 'production', gate: 'g', seconds: 5400, ended: 'approve', by: ['chiba'] },
  ]
  const report = {
    subjects: [],
    effort: [],
    decisions: [{ at, message: 'approve', body: {}, became: 'counted' as const }],
    waits,
    weights: [],
    problems: [],
    rollbacks: [{ app: 'api', environment: 'test', at, why: 'errors' }],
    findings: [],
    leftovers: ['stop web on green'],
  }
  const apps = ['committed', 'back'].map((is) => ({
    app: is,
    team: 'scala',
    environments: [{ name: 'production', is: is as 'back' }],
  }))
  expect(figures(apps, report)).toEqual([
    '1 of 2 apps are on green',
    '1 environment went back to blue',
    '1 decision',
    'people were waited for 1h31m in all, longest 1h30m at api production',
    'left over, undone by nobody: stop web on green',
  ])
  expect(figures([], { ...report, waits: [], rollbacks: [], leftovers: [], decisions: [] })).toEqual([
    'nothing went back',
    '0 decisions',
  ])
})
