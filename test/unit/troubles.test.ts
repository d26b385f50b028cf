import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  breached,
  breachOf,
  NO_BREACHES,
  overBreach,
  relatedTo,
  settledBreach,
  unrelatedBreaches,
  type Breaches,
} from '../../src/domain/troubles.ts'
import { anApp } from '../support/builders.ts'

const NOW = '2026-11-25T12:00:00Z'
const standing = (app: string, breachedAt?: string) => ({
  app,
  team: 'scala',
  environments: [{ name: 'production', is: 'trouble' as const }],
  ...(breachedAt !== undefined && { breachedAt }),
})
const open = (app: string, breachedAt: string) => ({ ...standing(app, breachedAt), unanswered: true as const })

test.for([
  ['one that breached a moment ago', [standing('web', '2026-11-25T11:59:50Z')], [], ['web']],
  ['one that waits on blue, and never breached', [standing('web')], [], []],
  ['one that breached five minutes ago', [standing('web', '2026-11-25T11:55:00Z')], [], ['web']],
  ['one that breached longer ago', [standing('web', '2026-11-25T11:54:59Z')], [], []],
  ['one that breached an hour ago', [standing('web', '2026-11-25T11:00:00Z')], [], []],
  ['one held with others an hour ago, unanswered', [open('web', '2026-11-25T11:00:00Z')], [], ['web']],
  ['one held with others that has to do with it', [open('web', '2026-11-25T11:00:00Z')], ['web'], []],
  ['one that has to do with it', [standing('web', '2026-11-25T11:59:50Z')], ['web'], []],
  ['itself', [standing('api', NOW)], [], []],
] as const)('%s', ([, apps, related, expected]) => {
  expect(unrelatedBreaches(apps, 'api', related, NOW)).toEqual(expected)
})

/** `a@3`: production of a breaches in minute 3; `a+`: it is answered, or on blue; `a/stage@3`: its stage; `a!`: its cutover is over. */
const after = (...events: readonly string[]) => {
  let breaches: Breaches = NO_BREACHES
  let together: readonly string[] = []
  for (const event of events) {
    const [, app = '', environment = 'production', kind, minute] = /^(\w)(?:\/(\w+))?([@+!])(\d*)$/.exec(event) ?? []
    const place = { app, environment }
    if (kind === '+') breaches = settledBreach(breaches, place)
    else if (kind === '!') breaches = overBreach(breaches, app)
    else {
      const at = new Date(Date.parse(NOW) + Number(minute) * 60_000).toISOString()
      const now = breached(breaches, { ...place, at }, [])
      breaches = now.breaches
      together = now.together
    }
  }
  const held = ['a', 'b', 'c', 'd'].filter((app) => breachOf(breaches, app).unanswered)
  return { held: held.join(''), together: together.join('') }
}

test.for([
  ['one alone holds nobody', ['a@0'], '', ''],
  ['two within five minutes hold whoever comes', ['a@0', 'b@4'], 'ab', 'ba'],
  ['two further apart do not', ['a@0', 'b@6'], '', ''],
  ['one that comes later is held too, and told of by itself', ['a@0', 'b@4', 'c@600'], 'abc', ''],
  ['one that was answered holds nobody, the other does', ['a@0', 'b@4', 'a+'], 'b', 'ba'],
  ['all that were answered hold nobody', ['a@0', 'b@4', 'a+', 'b+'], '', 'ba'],
  ['nor does one whose cutover is over', ['a@0', 'b@4', 'a!', 'b+'], '', 'ba'],
  ['one that was on blue before the other breached is not open', ['a@0', 'a+', 'b@4'], 'b', 'ba'],
  ['one that was answered and breaches again is', ['a@0', 'b@4', 'a+', 'a@20'], 'ab', ''],
  ['an answer for stage is none for production', ['a/stage@0', 'a@1', 'b@2', 'a/stage+', 'b+'], 'a', 'ba'],
  ['nor the other way round', ['a@0', 'a/stage@1', 'b@2', 'a+', 'b+'], 'a', 'ba'],
  ['one that waits since days alone is not open by itself', ['a@0', 'b@5000'], '', ''],
] as const)('%s', ([, events, held, together]) => {
  expect(after(...events)).toEqual({ held, together })
})

test('those that move with one another by way of a third are related', () => {
  const apps = [
    { name: 'api', dependsOn: [], movesWith: ['index', 'worker'] },
    { name: 'index', dependsOn: [], movesWith: ['api'] },
    { name: 'worker', dependsOn: [], movesWith: ['api'] },
  ]
  expect(relatedTo('worker', apps)).toEqual(['api', 'index'])
})

test('whoever breaches while one is open is held, and once each is answered nobody is', () => {
  const event = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('', '/stage'), fc.constantFrom('@', '+', '!'))
  fc.assert(
    fc.property(fc.array(fc.tuple(event, fc.nat(9)), { maxLength: 20 }), (all) => {
      let minute = 0
      const events = all.map(([[app, environment, kind], later]) => {
        minute += later
        return kind === '!' ? `${app}!` : `${app}${environment}${kind}${kind === '@' ? minute : ''}`
      })
      const { held } = after(...events)
      expect(after(...events, `d@${minute + 600}`).held).toBe(held === '' ? '' : `${held}d`)
      const answers = ['a', 'b', 'c'].flatMap((app) => [`${app}+`, `${app}/stage+`])
      expect(after(...events, ...answers).held).toBe('')
    }),
  )
})

test('related is what it depends on or moves with, and what says so of it', () => {
  const apps = [
    anApp('api', { dependsOn: ['db'] }),
    anApp('db'),
    anApp('web', { dependsOn: ['api'] }),
    anApp('push', { movesWith: ['api'] }),
    anApp('mail'),
  ]
  expect(relatedTo('api', apps)).toEqual(['db', 'web', 'push'])
})
