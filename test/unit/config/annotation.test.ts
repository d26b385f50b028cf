import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { annotationOf } from '../../../src/config/annotation.ts'

const of = (text: string, kind = 'Deployment') =>
  annotationOf({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'worker', namespace: 'shop', annotations: { 'norikae.io/handover': text } },
  })

test('a workload without it says nothing', () => {
  expect(annotationOf({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'worker' } })).toBeUndefined()
})

test.for([
  ['overlap', { class: 'overlap' }],
  [' overlap\n', { class: 'overlap' }],
  ['{ handover: singleton, downtime: 60s, lease: leader }', { class: 'singleton', downtime: '60s', lease: 'leader' }],
  ['{"handover":"consumer","idempotent":true}', { class: 'consumer', idempotent: true }],
  [
    'handover: singleton\ndowntime: 60s\nwindow: Wed 10:00-11:00\n',
    { class: 'singleton', downtime: '60s', window: ['Wed 10:00-11:00'] },
  ],
  [
    `{ handover: consumer, idempotent: false, inFlight: 'q{cluster="{cluster}"}' }`,
    { class: 'consumer', idempotent: false, inFlight: 'q{cluster="{cluster}"}', settlesWithin: '15m' },
  ],
] as const)('%s is read as the platform file would be', ([text, handover]) => {
  expect(of(text)).toEqual({ handover })
})

test.for([
  ['', ['is empty; write a class such as schedule, or a mapping such as { handover: singleton, downtime: 60s }']],
  ['[overlap]', [/^is not a mapping; write a class such as/]],
  ['singelton', [/^handover: "singelton" is no handover class; write one of overlap.* \(did you mean singleton\?\)$/]],
  ['singleton', ['downtime: is missing; write 60s, 1m30s or 2h']],
  ['external', [/^handover: external is not for workloads/]],
  ['once', [/^handover: once is for Jobs/]],
  ['{ handover: overlap, downtime: 60s }', [/^downtime: belongs to handover: singleton, and this is overlap/]],
  ['{ handover: singleton, downtime: 60s, leese: x }', [/^leese: is not known here \(did you mean lease\?\)/]],
  ['handover: singleton\ndowntime: 60\nleese: x', [/^line 2: downtime: "?60"? is not a duration/, /^line 3: leese: /]],
  ['{ handover: singleton, downtime: 60s, downtime: 2m }', [/twice|already/]],
  ['{ handover: buffer, budget: 1h }', [/^depth: is missing/]],
  [`{ handover: buffer, budget: 1h, depth: 'q' }`, [/^depth: has no \{cluster\}/]],
  ['{ handover: singleton, downtime: 60s, window: Wedding }', [/^window: /]],
  ['{ handover: ', [/is not YAML/]],
] as const)('%s is refused, with what is wrong and what would be right', ([text, wrong]) => {
  const read = of(text)
  const said = read && 'wrong' in read ? read.wrong : []
  expect(said).toHaveLength(wrong.length)
  for (const [n, says] of wrong.entries()) expect(said[n]).toMatch(says)
})

test.for([
  [
    'CronJob',
    'overlap',
    /^handover: overlap is for Deployments and StatefulSets and DaemonSets, and this is a CronJob/,
  ],
  ['Deployment', 'schedule', /^handover: schedule is for CronJobs, and this is a Deployment/],
  ['StatefulSet', '{ handover: stateful, by: copy }', /^lossOnReturn: is missing/],
] as const)('a %s that says %s is refused', ([kind, text, says]) => {
  const read = of(text, kind)
  expect(read && 'wrong' in read && read.wrong.join('\n')).toMatch(says)
})

test('whatever it says, it is read or refused with a reason', () => {
  const pieces = fc.constantFrom(
    'handover',
    ': ',
    'singleton',
    '\n',
    '{ ',
    ' }',
    ', ',
    'downtime',
    '60s',
    '"',
    '&a',
    '*a',
  )
  const text = fc.oneof(
    fc.array(pieces, { maxLength: 14 }).map((some) => some.join('')),
    fc.jsonValue({ maxDepth: 2 }).map((it) => JSON.stringify(it)),
    fc.string({ unit: 'binary', maxLength: 30 }),
  )
  fc.assert(
    fc.property(text, (some) => {
      const read = of(some)
      if (read && 'wrong' in read) expect(read.wrong.length).toBeGreaterThan(0)
      else expect(read?.handover.class).toBeTruthy()
    }),
    { seed: 5, numRuns: 300 },
  )
})
