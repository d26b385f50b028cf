import { expect, test } from 'vitest'
import type { Outside } from '../../src/activities/outside.ts'
import { preparingActivities } from '../../src/activities/preparing.ts'
import { headerOf, parseProof, proofText } from '../../src/domain/proofs.ts'
import { blank } from '../../src/domain/journal.ts'
import { gateOf } from '../../src/domain/asking.ts'
import { opened, record, type Desk } from '../../src/domain/gates.ts'
import { details, statusOf } from '../../src/domain/status.ts'
import { leaves } from '../../src/domain/steps.ts'
import { toProve } from '../../src/domain/trust.ts'
import { aCutoverPlan, anApp, anEnvironment, rule, someFacts } from '../support/builders.ts'
import { ending } from '../support/driven.ts'
import { aPlatformFile } from './config/a-platform-file.ts'

const plan = aCutoverPlan(anApp('api'), anEnvironment('production', { gate: rule('scala') }), someFacts)
const run = { plan, journal: blank, goingBack: false }
const desk: Desk = { gates: [], ahead: [], log: [], requester: 'aoki', members: { scala: ['chiba', 'doi'] } }
const step = plan.phases.flatMap((p) => leaves(p.forward)).find((s) => s.kind === 'gate')
const gate = gateOf(plan, step ?? expect.fail('no gate'), 1, '2026-11-26T12:00:00Z')
const workflowId = 'cluster-upgrade/toy/app/api'

test('where proof is wanted, what is shown is the command that makes it, with all that it needs', () => {
  const status = statusOf(run, opened(desk, gate), false)
  expect(details([status], { workflowId })).toContain(`\`approve\` \`{"gate":"${gate.id}","by":"<you>"}\``)
  const command = `norikae sign approve --workflow ${workflowId} --run r1 --plan ${plan.digest} --gate ${gate.id}`
  const signed = toProve({ kind: 'signed', keys: {} }, 'r1')
  expect(details([status], { workflowId, proves: signed })).toContain(`\`${command}\``)
  const oidc = toProve({ kind: 'oidc', issuer: 'https://login', audience: 'moves', claim: 'email' }, 'r1')
  expect(details([status], { workflowId, proves: oidc })).toContain(`\`${command} --audience moves\``)
})

test('gates to come are told with who has approved them, until they are open', () => {
  const said = record(desk, [gate], 'approve', { gate: gate.id, by: 'chiba' }, '2026-11-26T12:00:00Z')
  expect(statusOf(run, said, false).toCome).toEqual([
    {
      gate: gate.id,
      what: gate.title,
      who: ['scala'],
      people: ['chiba', 'doi'],
      approvedBy: ['chiba'],
    },
  ])
  const open = statusOf(
    {
      ...run,
      journal: { ...blank, steps: { [step?.id ?? '']: { step: '', attempt: 1, state: 'running', startedAt: '' } } },
    },
    opened(said, gate),
    false,
  )
  expect([open.toCome, open.waitingFor[0]?.approvedBy]).toEqual([undefined, ['chiba']])
})

test('a proof is read as it was written', () => {
  const header = headerOf(
    { kind: 'signed', run: 'r1' },
    'approve',
    { gate: 'a b,c%@abcdef01.1' },
    ['b'.repeat(64), 'a'.repeat(64), 'a'.repeat(64)],
    { issued: '2026-11-26T12:00:00.000Z', until: '2026-11-26T13:00:00.000Z' },
  )
  const evidence = `ed25519:${'1'.repeat(64)} ${'2'.repeat(128)}`
  expect(header.plans).toEqual(['a'.repeat(64), 'b'.repeat(64)])
  expect(parseProof(proofText(header, evidence))).toEqual({ ...header, evidence })
})

const keys = ['aoki', 'baba', 'chiba'].map(
  (who, n) => `  ${who}@example.com: { keys: ["ed25519:${String(n).repeat(64)}"] }`,
)
const signed = `${aPlatformFile}trust: signed\npeople:\n${keys.join('\n')}\n`

const waiver = `waivers:
  - { code: scaled-job, about: ScaledJob/shop/importer, reason: by hand, until: 2026-12-31, by: aoki@example.com }
`

test.for<[string, string | undefined, string, string | undefined]>([
  ['the same in it', signed, signed, undefined],
  ['the same in it, written otherwise', signed, `# ours\n${signed}discover: { app: app }\n`, undefined],
  ['other weights', signed, signed.replace('[5, 25, 100]', '[100]'), 'other things of environments'],
  ['names only', signed, aPlatformFile, 'other things of trust'],
  ['another key', signed, signed.replace('0'.repeat(64), 'f'.repeat(64)), 'whose trust is signed'],
  ['another approver', signed, signed.replaceAll('chiba@', 'mallory@'), 'other things of teams, trust'],
  [
    'another platform team',
    signed,
    signed.replace('sre:', 'ops:').replace('platformTeam: sre', 'platformTeam: ops'),
    'other things of platformTeam, teams',
  ],
  [
    'production that nobody is asked for',
    signed,
    signed.replace('approval: team', 'approval: none'),
    'other things of environments',
  ],
  ['an app of another team', signed, signed.replace('team: scala', 'team: sre'), 'other things of apps'],
  ['teams by another label', signed, `${signed}discover: { team: squad }\n`, 'other things of discover'],
  ['a deadline', signed, signed.replace('  scala:', '  scala:\n    deadline: 1h'), 'other things of teams'],
  ['a waiver', signed, `${signed}${waiver}`, 'other things of waivers'],
  ['proof, where the worker wants none', aPlatformFile, signed, undefined],
  ['anything, where the worker keeps no file', undefined, aPlatformFile, undefined],
  ['anything, where the worker’s file is broken', `${signed}nonsense: 1\n`, signed, 'cannot be read'],
  [
    'anything, where the worker’s file is another’s',
    signed.replace('chat', 'talk'),
    signed,
    'chat.yaml describes talk',
  ],
])('a file that is sent along with %s', async ([, kept, sent, why]) => {
  const reached = 'nothing else stands in the way'
  const outside: Partial<Outside> = {
    platformFile: () => Promise.resolve(kept === undefined ? undefined : { name: 'chat.yaml', text: kept }),
    ports: { identity: { whoAmI: () => Promise.resolve({ account: reached, principalArn: '' }) } } as never,
  }
  const { prepare } = preparingActivities(outside as Outside)
  const request = { platform: 'chat', to: '1.36', by: 'aoki@example.com', file: sent }
  // What starts an upgrade wants proof first where the file does: test/unit/activities/starting.test.ts has it.
  const workflow = { type: 'upgradePlan', id: 'plan/chat' }
  const { type, message } = await ending(prepare, request, { workflow })
  if (why === undefined) expect(message).toContain(reached)
  else expect([type, message]).toEqual(['InvalidInput', expect.stringContaining(why)])
})
