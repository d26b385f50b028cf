import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { files, jsonSchema, type SchemaName } from '../../src/client/json-schemas.ts'
import type {
  Batches,
  Change,
  Complaint,
  Done,
  Examination,
  Gates,
  KeyShown,
  Overview,
  ScheduleDone,
  ScheduleView,
  Signed,
  UpgradeReport,
  UpgradeView,
  Validation,
  Version,
  Whereabouts,
} from '../../src/client/shapes.ts'
import type { Explanation } from '../../src/config/explain.ts'
import { changes } from '../../src/client/changes.ts'
import { gateNotice } from '../../src/domain/notices.ts'
import type { Notice } from '../../src/domain/notices.ts'
import type { HealthExplained } from '../../src/domain/health-explained.ts'
import type { Outlook } from '../../src/domain/scheduled.ts'
import type { RequestedChanges } from '../../src/domain/requested-changes.ts'
import type { Preflight } from '../../src/domain/preflight.ts'
import type { PlannedUpgrade } from '../../src/domain/outline.ts'
import { outlineOf } from '../../src/domain/outline.ts'
import { gateOf } from '../../src/domain/asking.ts'
import { leaves } from '../../src/domain/steps.ts'
import { aCutoverPlan, anUpgradePlan } from '../support/builders.ts'
import { problemsWith } from './valid.ts'
import { aBusyView, aView } from './views.ts'

const folder = new URL('../../schema/', import.meta.url)

test.for(Object.keys(files) as SchemaName[])(
  'schema/%s.json is what the code makes (node schema/write.mjs)',
  (name) => {
    expect(readFileSync(new URL(`${name}.json`, folder), 'utf8')).toBe(jsonSchema(name))
  },
)

test('every file in schema/ is of something', () => {
  const known = new Set([...Object.keys(files).map((name) => `${name}.json`), 'platform.json', 'write.mjs'])
  expect(readdirSync(folder).filter((file) => !known.has(file))).toEqual([])
})

// Held by the compiler ---------------------------------------------------------

/** As it is after JSON: what may be undefined is absent. */
type Wire<T> = T extends readonly (infer U)[]
  ? readonly Wire<U>[]
  : T extends object
    ? { [K in keyof T as undefined extends T[K] ? never : K]: Wire<T[K]> } & {
        [K in keyof T as undefined extends T[K] ? K : never]?: Wire<Exclude<T[K], undefined>>
      }
    : T
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : 'the type allows more') : 'the schema allows more'
interface Typed {
  preflight: Preflight
  plan: PlannedUpgrade
  status: UpgradeView
  list: Overview
  where: Whereabouts
  requested: RequestedChanges
  gates: Gates
  report: UpgradeReport
  'watch-event': Change
  done: Done
  next: Outlook
  schedule: ScheduleView
  'schedule-done': ScheduleDone
  batches: Batches
  signed: Signed
  key: KeyShown
  error: Complaint
  explain: Explanation
  health: HealthExplained
  doctor: Examination
  validate: Validation
  version: Version
  webhook: Notice
}

test('schemas and types agree, both ways', () => {
  const agree: { [N in SchemaName]: Same<z.infer<(typeof files)[N]>, Wire<Typed[N]>> } = {
    preflight: true,
    plan: true,
    status: true,
    list: true,
    where: true,
    requested: true,
    gates: true,
    report: true,
    'watch-event': true,
    done: true,
    next: true,
    schedule: true,
    'schedule-done': true,
    batches: true,
    signed: true,
    key: true,
    error: true,
    explain: true,
    health: true,
    doctor: true,
    validate: true,
    version: true,
    webhook: true,
  }
  expect(Object.keys(agree)).toEqual(Object.keys(files))
})

// Held by outputs --------------------------------------------------------------

const upgrade = anUpgradePlan()
const gate = upgrade.phases.flatMap((p) => leaves(p.forward)).find((s) => s.kind === 'gate')
const twin = [
  {
    part: 'node group apps',
    same: ['taints'],
    changed: [{ setting: 'tags', green: 'team', why: 'blue has nothing there' }],
    own: ['arn'],
    notCopied: ['launchTemplate'],
  },
]

const outputs: readonly { readonly name: SchemaName; readonly of: string; readonly is: unknown }[] = [
  { name: 'status', of: 'a busy view', is: aBusyView() },
  { name: 'status', of: 'one that failed', is: aView({ outcome: 'failed', message: 'no' }) },
  {
    name: 'plan',
    of: 'a whole plan',
    is: {
      from: '1.35',
      to: '1.36',
      upgrade: outlineOf(upgrade),
      twin,
      owned: [{ resource: 'cluster toy-1-35', owner: 'Terraform', written: 'requested', does: 'waits' }],
      cutovers: [outlineOf(aCutoverPlan())],
    },
  },
  ...changes(undefined, aBusyView()).map((is) => ({ name: 'watch-event' as const, of: is.what, is })),
  {
    name: 'webhook',
    of: 'a gate',
    is:
      gate &&
      gateNotice(
        { workflowId: 'w', runId: 'r', at: '2026-11-24T04:00:00Z' },
        upgrade.subject,
        gateOf(upgrade, gate, 1, '2026-11-24T04:00:00Z'),
        0,
      ),
  },
]

test.for(outputs)('schema/$name.json takes $of', ({ name, is }) => {
  expect(problemsWith(name, is)).toEqual([])
})

test('what is not in a schema is not valid', () => {
  expect(problemsWith('version', { norikae: '1', node: '2', more: 3 })).not.toEqual([])
})
