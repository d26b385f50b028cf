import { expect, test } from 'vitest'
import { failureGate } from '../../src/domain/asking.ts'
import { isChoice } from '../../src/domain/choices.ts'
import { blank } from '../../src/domain/journal.ts'
import { act, type LeafStep } from '../../src/domain/steps.ts'
import { waiting } from '../../src/domain/status.ts'
import { aCutoverPlan, ref, route } from '../support/builders.ts'

const invoices = { workload: ref('CronJob', 'invoices'), on: 'blue' } as const
const suspend = act('production/suspend', 'suspendSchedule', invoices)
const resume = act('production/resume', 'resumeSchedule', invoices)
const offers = (step: LeafStep, type: string, goingBack = false) =>
  failureGate({ plan: aCutoverPlan(), journal: blank, goingBack }, step, 1, { type, message: '' }, '').offers

test.for([
  {
    says: 'a job that does not end may be left or run again',
    step: suspend,
    type: 'Busy',
    offers: ['retry', 'skip', 'rerun'],
  },
  { says: 'what else fails of it is tried again', step: suspend, type: 'Failed', offers: ['retry'] },
  { says: 'what was missed is not passed over', step: resume, type: 'Busy', offers: ['retry'] },
])('$says', ({ step, type, offers: expected }) => {
  expect(offers(step, type)).toEqual(expected)
})

test('on the way back its action takes the choice too, and what else fails may be skipped by name', () => {
  expect(offers(suspend, 'Busy', true)).toEqual(['retry', 'skip', 'rerun'])
  // What was told to end and does not go is passed over by name, as every undo is.
  expect(offers(suspend, 'Stuck', true)).toEqual(['retry', 'skip'])
  expect(offers(suspend, 'Denied', true)).toEqual(['retry', 'skip'])
})

test('a weight on the way back that fails for another reason says what skip means there', () => {
  const back = act('production/back', 'setWeight', { route: route('web'), to: 0, expect: [0, 100] })
  const title = (type: string, goingBack = true) =>
    failureGate({ plan: aCutoverPlan(), journal: blank, goingBack }, back, 1, { type, message: 'why' }, '').title
  expect(title('Contested')).toMatch(/ \(skip leaves it as it is\): why$/)
  expect(title('BadlyToo')).not.toContain('skip leaves')
  expect(title('Contested', false)).not.toContain('skip leaves')
})

test('what a buffer holds is given up with its name typed, and waited for without', () => {
  const drain = act('soak/drain', 'drainBuffer', {
    workload: ref('Deployment', 'postfix'),
    on: 'blue',
    within: '2h',
    depth: { url: '', query: '' },
  })
  const opened = failureGate(
    { plan: aCutoverPlan(), journal: blank, goingBack: false },
    drain,
    1,
    { type: 'Undelivered', message: '' },
    '',
  )
  expect([opened.offers, opened.rule.typed]).toEqual([['retry', 'skip'], 'postfix'])
  expect(waiting(opened).send.map(({ message, body }) => [message, body['typed']])).toEqual([
    ['retry', undefined],
    ['skip', '<its name>'],
  ])
  expect(offers(drain, 'Failed')).toEqual(['retry'])
})

test('who still uses blue is accepted or waited for on, and what else fails of it is passed over', () => {
  const quiet = act('production/quiet/blue', 'confirmQuiet', {
    app: 'web',
    environment: 'production',
    namespaces: ['web'],
    on: 'blue',
    for: '5m',
    requests: 0,
    connections: 0,
    accept: [],
    routes: [],
    question: { url: '', query: '' },
  })
  expect(offers(quiet, 'Called')).toEqual(['retry', 'skip'])
  expect(isChoice('skip', quiet, { type: 'Called', message: '' })).toBe(true)
  expect(isChoice('skip', quiet, { type: 'Failed', message: '' })).toBe(false)
})

test.for([
  ['skip', 'Busy', true],
  ['rerun', 'Busy', true],
  ['retry', 'Busy', false],
  ['skip', 'Denied', false],
] as const)('%s of %s is for the action: %s', ([answer, type, is]) => {
  expect(isChoice(answer, suspend, { type, message: '' })).toBe(is)
})
