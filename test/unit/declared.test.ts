import { describe, expect, test } from 'vitest'
import { annotationFindings } from '../../src/domain/annotation-findings.ts'
import type { Annotated } from '../../src/domain/facts.ts'
import { classify } from '../../src/domain/handover.ts'
import { planCutover } from '../../src/domain/plan-cutover.ts'
import type { Handover } from '../../src/domain/platform.ts'
import { resolvePlatform } from '../../src/domain/resolve-platform.ts'
import { leaves } from '../../src/domain/steps.ts'
import { aPlatform, anApp, anEnvironment, workload } from '../support/builders.ts'
import { aFile, aNamespace, found, inFile } from '../support/found.ts'

const singleton: Handover = { class: 'singleton', downtime: '60s' }
const annotated = (handover: Handover): { annotated: Annotated } => ({ annotated: { handover } })

describe('how a workload changes sides is said by the file, by its annotation, or by what it is', () => {
  test.for<{ says: string; file?: Handover; annotation?: Annotated; clocks?: false; is: string }>([
    { says: 'nobody says anything', is: 'overlap' },
    { says: 'the annotation alone', annotation: { handover: singleton }, is: 'singleton' },
    { says: 'the file alone', file: singleton, is: 'singleton' },
    { says: 'both the same', file: singleton, annotation: { handover: { ...singleton } }, is: 'singleton' },
    {
      says: 'both another class',
      file: { class: 'overlap' },
      annotation: { handover: singleton },
      is: 'declared-twice',
    },
    {
      says: 'both the same class, otherwise',
      file: { ...singleton, downtime: '2m' },
      annotation: { handover: singleton },
      is: 'declared-twice',
    },
    { says: 'the annotation nonsense', annotation: { wrong: ['x'] }, is: 'handover-unreadable' },
    {
      says: 'the file something, and the annotation nonsense',
      file: singleton,
      annotation: { wrong: ['x'] },
      is: 'handover-unreadable',
    },
    {
      says: 'the annotation a window by nobody knows which clock',
      annotation: { handover: { ...singleton, window: ['Wed 10:00-11:00'] } },
      clocks: false,
      is: 'handover-unreadable',
    },
  ])('$says: $is', ({ file, annotation, clocks = true, is }) => {
    const facts = workload('Deployment', 'web', { behindService: true, ...(annotation && { annotated: annotation }) })
    const it = classify(facts, file, { clocks })
    expect('handover' in it ? it.handover.class : it.code).toBe(is)
    if ('code' in it) expect(it).toMatchObject({ level: 'blocker', about: 'Deployment/shop/web' })
  })
})

const namespaceWith = (more: Parameters<typeof workload>[2]) =>
  aNamespace('shop', { workloads: [workload('Deployment', 'actor', more)] })

test('where they differ both places are named', () => {
  const chat = inFile({
    workloads: { actor: { class: 'overlap' } },
    writtenAt: { actor: 'platforms/chat.yaml:14:7' },
  })
  const { findings } = resolvePlatform(aFile({ apps: { chat } }), found(namespaceWith(annotated(singleton))))
  expect(findings).toEqual([
    expect.objectContaining({
      code: 'declared-twice',
      about: 'Deployment/shop/actor',
      message:
        'its annotation norikae.io/handover says singleton (downtime: 60s), and the platform file (platforms/chat.yaml:14:7) says overlap',
    }),
  ])
})

test('what teams said of their workloads is told to who approves the plan', () => {
  const { findings } = resolvePlatform(aFile(), found(namespaceWith(annotated(singleton))))
  expect(findings).toEqual([
    expect.objectContaining({ level: 'info', code: 'handover-annotated', about: 'Deployment/shop/actor' }),
  ])
})

test('an environment moves by the annotations that its workloads have when its turn comes', () => {
  const steps = (more: Parameters<typeof workload>[2]) => {
    const facts = { images: 'v1', workloads: [workload('Deployment', 'actor', more)] }
    const { phases } = planCutover(aPlatform(), anApp('api'), anEnvironment('test', { routes: [] }), facts)
    return leaves(phases[0]?.forward ?? []).map((s) => s.id)
  }
  expect(steps(annotated(singleton))).toContain('test/shop/deployment/actor/stop-blue')
  expect(steps({ behindService: true })).not.toContain('test/shop/deployment/actor/stop-blue')
})

test.for<{ says: string; handover: Handover; file?: true; buffers: number; codes: string[] }>([
  { says: 'drained', handover: { class: 'buffer', drainWithin: '1h', depth: 'd' }, buffers: 1, codes: [] },
  { says: 'of another class', handover: singleton, buffers: 0, codes: ['handover-unfit'] },
  {
    says: 'drained in a window',
    handover: { class: 'buffer', drainWithin: '1h', depth: 'd', window: ['Wed 10:00-11:00'] },
    buffers: 0,
    codes: ['handover-unfit'],
  },
  {
    says: 'drained otherwise than the file says',
    handover: { class: 'buffer', drainWithin: '1h', depth: 'd' },
    file: true,
    buffers: 0,
    codes: ['declared-twice'],
  },
])('a platform app by its annotation: $says', ({ handover, file, buffers, codes }) => {
  const logs = aNamespace('logs', { labels: {}, workloads: [workload('DaemonSet', 'fluentd', annotated(handover))] })
  const handovers: Record<string, Handover> = file ? { logs: { class: 'buffer', drainWithin: '2h', depth: 'd' } } : {}
  const { platform, findings } = resolvePlatform(aFile({ platformApps: { waves: [['logs']], handovers } }), found(logs))
  expect(platform.waves.flat().flatMap((a) => a.buffers)).toHaveLength(buffers)
  expect(findings.map((f) => f.code).filter((code) => code !== 'no-apps')).toEqual(codes)
})

test.for([
  ['Deployment', { 'norikae.io/handover': 'overlap', 'norikae.io/replicas': '2', 'other.io/x': '' }, undefined],
  [
    'Deployment',
    { 'norikae.io/hanover': 'overlap' },
    /nobody reads its annotation norikae.io\/hanover .*norikae.io\/handover/,
  ],
  ['Namespace', { 'norikae.io/moves-with': 'mail' }, /norikae.io\/moves-with say it in .*apps.<app>.movesWith/],
  ['Namespace', { 'norikae.io/handover': 'overlap' }, /norikae.io\/handover on a Namespace put it on the workload/],
  ['CronJob', { 'norikae.io/job': 'once' }, /norikae.io\/job on a CronJob put it on the Job/],
] as const)('on a %s: %o', ([kind, all, says]) => {
  const object = { apiVersion: 'v1', kind, metadata: { name: 'web', namespace: 'shop', annotations: all } }
  const said = annotationFindings(object).map((f) => `${f.level} ${f.code} ${f.message} ${f.remedy}`)
  expect(said).toHaveLength(says === undefined ? 0 : 1)
  if (says) expect(said[0]).toMatch(says)
})

test('a Job of a CronJob does not say what it is', () => {
  const jobTemplate = { metadata: { annotations: { 'norikae.io/job': 'repeatable' } } }
  const object = {
    apiVersion: 'v1',
    kind: 'CronJob',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { jobTemplate },
  }
  expect(annotationFindings(object)).toMatchObject([
    { code: 'annotation-unknown', remedy: 'take it out: it is for Jobs that nothing else makes' },
  ])
})

test.for([
  ['Deployment', (template: object) => ({ template })],
  ['CronJob', (template: object) => ({ jobTemplate: { spec: { template } } })],
] as const)('what a %s says in its pod template is said to be read by nobody', ([kind, spec]) => {
  const template = { metadata: { annotations: { 'norikae.io/handover': 'overlap' } } }
  const object = { apiVersion: 'v1', kind, metadata: { name: 'web', namespace: 'shop' }, spec: spec(template) }
  expect(annotationFindings(object)).toMatchObject([
    { code: 'annotation-unknown', remedy: `put it into metadata.annotations of the ${kind}` },
  ])
})
