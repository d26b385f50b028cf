import { expect, test } from 'vitest'
import { commandFor, isFor, meant } from '../../src/client/gates.ts'
import { spelled } from '../../src/domain/people.ts'
import { standingOf } from '../../src/client/standing.ts'
import { worthAsking } from '../../src/client/views.ts'
import { aBusyView, aCutover, aDecommission, anAppStanding, aRetry, aStatus, aView, aWaiting } from './views.ts'

const view = aView({
  status: {
    run: aStatus({ waitingFor: [aWaiting('start@d9b6f453.1', { who: ['sre'], people: ['aoki'] }), aDecommission()] }),
  },
  cutovers: [
    aCutover('api', 'production', {
      waitingFor: [
        aWaiting('production/gate@3f9a2c1b.1'),
        aRetry('production/route/a@3f9a2c1b.1', 'a'),
        aRetry('production/route/b@3f9a2c1b.1', 'b'),
      ],
    }),
  ],
})
const ids = (name: string, environment?: string) => meant(view.gates, name, environment).map((g) => g.gate)

test.for([
  { says: 'an app means its gates', name: 'api', finds: 3 },
  { says: 'an environment narrows it', name: 'api', environment: 'production', finds: 3 },
  { says: 'another environment has none', name: 'api', environment: 'test', finds: 0 },
  { says: 'a step names a gate of the upgrade', name: 'start', finds: 1 },
  { says: 'upgrade means all of its own', name: 'upgrade', finds: 2 },
  { says: 'decommission is the one where a name is typed', name: 'decommission', finds: 1 },
  { says: 'an id means itself', name: 'production/route/a@3f9a2c1b.1', finds: 1 },
  { says: 'an id of another plan means nothing', name: 'production/route/a@00000000.1', finds: 0 },
  { says: 'a part of a name means nothing', name: 'sta', finds: 0 },
])('$says', ({ name, environment, finds }) => {
  expect(ids(name, environment)).toHaveLength(finds)
})

test('every command that is printed means exactly the gate that it was printed for', () => {
  for (const gate of view.gates)
    for (const { message } of gate.send) {
      const [, verb, name = '', environment] = commandFor(gate, message, view.gates)
        .replace(/ --typed.*/, '')
        .split(' ')
      expect(verb).toBe(message)
      const found = meant(view.gates, name, environment).filter((g) => g.send.some((s) => s.message === message))
      expect(found).toEqual([gate])
    }
})

test('a buffer whose rest is given up with its name is no decommissioning', () => {
  const drain = aRetry('soak/drain/mail/deployment/postfix@d9b6f453.1', 'postfix still holds 12', {
    send: [
      { message: 'retry', body: { gate: 'soak/drain/mail/deployment/postfix@d9b6f453.1', by: '<you>' } },
      {
        message: 'skip',
        body: { gate: 'soak/drain/mail/deployment/postfix@d9b6f453.1', by: '<you>', typed: '<its name>' },
      },
    ],
  })
  const { gates } = aView({ status: { run: aStatus({ waitingFor: [drain, aDecommission()] }) } })
  expect(meant(gates, 'decommission').map((g) => g.gate)).toEqual([aDecommission().gate])
  expect(gates.flatMap((g) => g.send.map((s) => commandFor(g, s.message, gates)))).toEqual([
    'norikae retry soak/drain/mail/deployment/postfix',
    'norikae skip soak/drain/mail/deployment/postfix --typed <its name>',
    'norikae approve decommission --typed <its name>',
    'norikae reject decommission',
  ])
})

test('who may answer is told by name, or not at all', () => {
  const [gate] = view.gates
  expect(gate && isFor(gate, 'aoki')).toBe(true)
  expect(gate && isFor(gate, 'chiba')).toBe(false)
  const { people: _people, ...untold } = gate ?? view.gates[0] ?? aBusyView().gates[0] ?? Object.assign({})
  expect(isFor(untold, 'chiba')).toBe(undefined)
})

test('it is not for who is excluded from approving, whatever the case of the letters; the rest is', () => {
  const excluded = { 'aoki@example.com': 'approved start' }
  const people = ['aoki@example.com', 'baba@example.com']
  const decommission = { ...aDecommission(), people, excluded }
  const [gate] = aView({ status: { run: aStatus({ waitingFor: [decommission] }) } }).gates
  const asks = (who: string, answer?: 'reject') => gate && isFor(gate, who, answer)
  expect([asks('aoki@example.com'), asks('AOKI@example.com'), asks('Baba@Example.com')]).toEqual([false, false, true])
  expect(asks('aoki@example.com', 'reject')).toBe(true)
  expect(spelled(people, 'Baba@Example.com')).toBe('baba@example.com')
  expect(spelled(people, 'chiba')).toBe('chiba')
})

test.for([
  {
    says: 'the cutover knows better than the upgrade',
    run: { weight: 25 },
    is: 'moving',
    place: { word: 'moving', weight: 25 },
  },
  { says: 'a weight of nothing is no weight', run: { weight: 0 }, is: 'moving', place: { word: 'moving' } },
  {
    says: 'asked on green in trouble is held',
    run: { state: 'waiting', weight: 5 },
    is: 'trouble',
    place: { word: 'held', weight: 5 },
  },
  {
    says: 'back on blue and asked is rolled back',
    run: { state: 'rolled-back' },
    is: 'trouble',
    place: { word: 'rolled back' },
  },
  { says: 'an undo that failed is stuck', run: { state: 'stuck' }, is: 'moving', place: { word: 'stuck' } },
  { says: 'planned is not moving yet', run: { state: 'pending' }, is: 'pending', place: { word: 'pending' } },
] as const)('$says', ({ run, is, place }) => {
  const it = aView({
    status: { apps: [anAppStanding('api', 'scala', 'on-green', 'on-green', is)] },
    cutovers: [aCutover('api', 'production', run)],
  })
  expect(standingOf(it, 'api', 'production')).toEqual(place)
  expect(standingOf(it, 'api', 'test')).toEqual({ word: 'on green' })
})

test('thirty cutovers are asked at most: who waits first, then trouble, then who moves; nobody who rests', () => {
  const many = (n: number, name: string, phase: string, waitingFor: string[] = []) =>
    Array.from({ length: n }, (_, k) => ({
      workflowId: `${name}-${k}`,
      app: `${name}-${k}`,
      phase: [phase],
      waitingFor,
      gates: [],
      more: 0,
    }))
  const open = [
    ...many(40, 'rests', 'production: on-green'),
    ...many(25, 'moves', 'production: moving'),
    ...many(3, 'stuck', 'production: stuck'),
    ...many(4, 'waits', 'production: waiting', ['scala']),
  ]
  const asked = worthAsking('toy', aView().status, open)
  expect(asked).toHaveLength(30)
  expect(asked.slice(0, 7).map((id) => id.split('-')[0])).toEqual([
    'waits',
    'waits',
    'waits',
    'waits',
    'stuck',
    'stuck',
    'stuck',
  ])
  expect(asked.some((id) => id.startsWith('rests'))).toBe(false)
})

test('an app that no list shows yet is asked by the word of the upgrade', () => {
  const { status } = aView({ status: { apps: [anAppStanding('api', 'scala', 'moving')] } })
  expect(worthAsking('toy', status, [])).toEqual(['cluster-upgrade/toy/app/api'])
})
