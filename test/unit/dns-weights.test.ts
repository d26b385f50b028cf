import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DNS_WEIGHT } from '../../src/domain/annotations.ts'
import {
  copiedAside,
  dnsShare,
  onItsWay,
  publishes,
  toldBy,
  untoldSince,
  writingOnly,
  writingShare,
  type Annotations,
} from '../../src/domain/dns-weights.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import type { DnsRoute, Side } from '../../src/domain/platform.ts'

const at = 'external-dns.alpha.kubernetes.io/'
const route: DnsRoute = {
  kind: 'external-dns',
  name: 'chat.example.com',
  zone: 'Z1',
  namespace: 'chat',
  target: 'Service/web',
  annotations: at,
  identifier: 'blue',
  owner: 'dns-1-35',
}
const nothingRead = { blue: undefined, green: undefined }
const asked = { run: 'run-1', green: 'demo-1-36', reads: nothingRead, nowMs: 7 }

const service = (annotations: Readonly<Record<string, string>>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'chat', annotations },
})
const ofBlue = service({ [`${at}set-identifier`]: 'blue', [`${at}aws-weight`]: '7' })

type Objects = Record<Side, KubernetesObject>
const start = (): Objects => ({ blue: ofBlue, green: copiedAside(ofBlue, undefined, route) })
const told = ({ blue, green }: Objects) => ({ blue: toldBy(blue, route), green: toldBy(green, route) })

function annotate(objects: Objects, side: Side, more: Annotations): void {
  const all = Object.entries({ ...objects[side].metadata.annotations, ...more })
  objects[side] = service(Object.fromEntries(all.flatMap(([key, text]) => (text === null ? [] : [[key, text]]))))
}

/** As Route 53 has them once external-dns of each side has written what it was told. */
const weights = (objects: Objects) => {
  const both = told(objects)
  const of = (side: Side) => (publishes(both[side], side, route) ? (both[side].weight ?? 0) : 0)
  return { blue: of('blue'), green: of('green') }
}
const share = (objects: Objects) => dnsShare(told(objects), route, asked.run).share

test('a copy publishes nothing before it enters, and then at 0 by a name of its own', () => {
  const objects = start()
  expect(share(objects)).toBe('closed')
  const [first, last] = writingShare(told(objects), route, { ...asked, to: 0 })
  expect([first.side, last.side]).toEqual(['blue', 'green'])
  annotate(objects, first.side, first.annotations)
  annotate(objects, last.side, last.annotations)
  expect(objects.green.metadata.annotations).toMatchObject({
    [`${at}set-identifier`]: 'demo-1-36',
    [`${at}aws-weight`]: '0',
  })
  expect(share(objects)).toBe(0)
  expect(weights(objects)).toEqual({ blue: 100, green: 0 })
})

test('the set identifier that green’s own owner has given it stays', () => {
  const objects = start()
  objects.green = service({ [`${at}set-identifier`]: 'green', [`${at}aws-weight`]: '0' })
  expect(share(objects)).toBe(0)
  const [first, last] = writingShare(told(objects), route, { ...asked, to: 5 })
  expect([first.side, first.annotations]).toMatchObject(['blue', { [`${at}set-identifier`]: 'blue' }])
  expect(last.annotations).toMatchObject({ [`${at}set-identifier`]: 'green', [`${at}aws-weight`]: '5' })
})

test('through whatever weights, whoever dies in between: never both at zero, and always between the old and the new', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ to: fc.constantFrom(0, 1, 5, 25, 50, 100), dies: fc.boolean() }), { minLength: 1 }),
      (steps) => {
        const objects = start()
        let seen = weights(objects)
        const serves = (side: Side) => seen[side] > 0
        const between = (from: number, to: number, least = Math.min(from, to)) => {
          const { blue, green } = weights(objects)
          expect(blue + green).toBeGreaterThan(0)
          const now = (100 * green) / (blue + green)
          expect(now).toBeGreaterThanOrEqual(least - 1e-9)
          expect(now).toBeLessThanOrEqual(Math.max(from, to) + 1e-9)
        }
        for (const { to, dies } of steps) {
          const { blue, green } = weights(objects)
          const from = (100 * green) / (blue + green)
          // After somebody died both may have more than they are to have: then blue is left more meanwhile.
          const least = blue > 100 - to && green > to ? 0 : Math.min(from, to)
          const [first, last] = writingShare(told(objects), route, { ...asked, to })
          annotate(objects, first.side, first.annotations)
          expect(share(objects)).toBe(to)
          between(from, to, least)
          if (dies) continue
          // As external-dns does it in between, so that what falls may.
          if (last.falls && !serves(first.side)) seen = weights(objects)
          expect(serves(first.side) || !last.falls).toBe(true)
          const [, again] = writingShare(told(objects), route, { ...asked, to })
          expect(again.side).toBe(last.side)
          annotate(objects, again.side, again.annotations)
          between(from, to)
          seen = weights(objects)
          expect(onItsWay(told(objects), route, asked.run)).toBeUndefined()
          expect([share(objects), seen]).toEqual([to, { blue: 100 - to, green: to }])
        }
      },
    ),
  )
})

test.for<{ says: string; side: Side; weight: string; share: number }>([
  { says: 'green’s', side: 'green', weight: '10', share: 9 },
  { says: 'blue’s', side: 'blue', weight: '300', share: 14 },
])('what others write on $says object after it was written is read as theirs', ({ side, weight, share: is }) => {
  const objects = start()
  for (const to of [0, 50])
    for (const { side: on, annotations } of writingShare(told(objects), route, { ...asked, to })) {
      annotate(objects, on, annotations)
    }
  annotate(objects, 'blue', { [`${at}aws-weight`]: '100' })
  annotate(objects, side, { [`${at}aws-weight`]: weight })
  expect(share(objects)).toBe(is)
})

test('somebody who writes while a share is on its way is no part of it', () => {
  const objects = start()
  const [first] = writingShare(told(objects), route, { ...asked, to: 0 })
  annotate(objects, first.side, first.annotations)
  annotate(objects, 'green', { [`${at}controller`]: null, [`${at}set-identifier`]: 'g', [`${at}aws-weight`]: '100' })
  expect(share(objects)).toBe(50)
})

test.for<Side>(['blue', 'green'])('in the end %s is alone, and says what its owner had written', (on) => {
  const objects = start()
  for (const to of [0, on === 'green' ? 100 : 0])
    for (const { side, annotations } of writingShare(told(objects), route, { ...asked, to })) {
      annotate(objects, side, annotations)
    }
  const [first, last] = writingOnly(told(objects), route, on)
  // Whoever dies in between finds it undone.
  if (first) annotate(objects, first.side, first.annotations)
  expect(publishes(told(objects)[on === 'blue' ? 'green' : 'blue'], on === 'blue' ? 'green' : 'blue', route)).toBe(true)
  if (last) annotate(objects, last.side, last.annotations)
  expect(share(objects)).toBe(on === 'blue' ? 'closed' : 100)
  if (on === 'blue') expect(objects.blue).toEqual(ofBlue)
  for (const side of ['blue', 'green'] as const)
    expect(objects[side].metadata.annotations).not.toHaveProperty([DNS_WEIGHT])
})

test('what is copied once more while it serves keeps its weight', () => {
  const objects = start()
  for (const to of [0, 50])
    for (const { side, annotations } of writingShare(told(objects), route, { ...asked, to })) {
      annotate(objects, side, annotations)
    }
  const again = copiedAside(ofBlue, objects.green, route)
  expect(again.metadata.annotations).toEqual(objects.green.metadata.annotations)
})

test('what is copied once more after it was settled stays the record that serves', () => {
  const objects = start()
  for (const to of [0, 100])
    for (const { side, annotations } of writingShare(told(objects), route, { ...asked, to })) {
      annotate(objects, side, annotations)
    }
  for (const { side, annotations } of writingOnly(told(objects), route, 'green')) annotate(objects, side, annotations)
  const settled = { ...objects.green.metadata.annotations }
  objects.green = copiedAside(objects.blue, objects.green, route)
  expect(objects.green.metadata.annotations).toEqual(settled)
  expect(weights(objects)).toEqual({ blue: 0, green: 100 })
})

test.for<{ says: string; blue: string; green: string; odd: RegExp }>([
  { says: 'no weight at all', blue: '0', green: '0', odd: /zero alone/ },
  { says: 'no number', blue: 'many', green: '-1', odd: /zero alone/ },
])('$says is nobody’s share', ({ blue, green, odd }) => {
  const both = {
    blue: toldBy(service({ [`${at}set-identifier`]: 'blue', [`${at}aws-weight`]: blue }), route),
    green: toldBy(service({ [`${at}set-identifier`]: 'g', [`${at}aws-weight`]: green }), route),
  }
  expect(dnsShare(both, route, 'run-1')).toMatchObject({ share: 'elsewhere', odd: expect.stringMatching(odd) })
})

test('without green’s object there is nothing to give a share to', () => {
  expect(dnsShare({ blue: toldBy(ofBlue, route) }, route, 'run-1').share).toBe('unmade')
})

test.for<{ says: string; from: number; to: number; reads: Record<Side, number | undefined>; early: readonly Side[] }>([
  { says: 'as it was told before', from: 25, to: 50, reads: { blue: 75, green: 25 }, early: [] },
  {
    says: 'as it is told now, of a time before',
    from: 50,
    to: 25,
    reads: { blue: 75, green: 25 },
    early: ['blue', 'green'],
  },
  { says: 'so on one side', from: 100, to: 0, reads: { blue: 0, green: 0 }, early: ['green'] },
  { says: 'what it was told already', from: 50, to: 50, reads: { blue: 50, green: 50 }, early: [] },
  { says: 'nothing in one piece', from: 50, to: 25, reads: nothingRead, early: [] },
])('where Route 53 reads $says, that is noted with what is written', ({ from, to, reads, early }) => {
  const objects = start()
  for (const { side, annotations } of writingShare(told(objects), route, { ...asked, to: from, nowMs: 3 }))
    annotate(objects, side, annotations)
  const writings = writingShare(told(objects), route, { ...asked, to, reads })
  expect(writings.flatMap(({ side, isEarly }) => (isEarly ? [side] : [])).toSorted()).toEqual(early)
  for (const { side, annotations } of writings) annotate(objects, side, annotations)
  const { blue, green } = told(objects)
  const since = (name: string) => ({ blue: untoldSince(blue, { name }), green: untoldSince(green, { name }) })
  expect(since(route.name)).toEqual({
    blue: early.includes('blue') ? 7 : undefined,
    green: early.includes('green') ? 7 : undefined,
  })
  // What the records of another name of the object read then nobody has looked at.
  const changed = (side: Side) => (from === to ? 3 : wanted(side, from) === wanted(side, to) ? undefined : 7)
  expect(since('www.example.com')).toEqual({ blue: changed('blue'), green: changed('green') })
})

const wanted = (side: Side, to: number) => (side === 'green' ? to : 100 - to)

test('what is written once more as it was keeps when it was told, and of whom it was known', () => {
  const objects = start()
  const write = (to: number, more: object) => {
    for (const { side, annotations } of writingShare(told(objects), route, { ...asked, to, ...more }))
      annotate(objects, side, annotations)
    return told(objects).green.note
  }
  expect(write(0, { nowMs: 1 })).toMatchObject({ at: 1, unlike: route.name, enters: true })
  expect(write(0, { nowMs: 2 })).toMatchObject({ at: 1, unlike: route.name, enters: true })
  expect(write(5, { nowMs: 3 })).toEqual({ run: 'run-1', to: 5, turn: 3, other: 100, at: 3, unlike: route.name })
  // It has served somebody: taken back to 0 it is waited for as any weight.
  expect(write(0, { nowMs: 4 })).toEqual({ run: 'run-1', to: 0, turn: 4, other: 100, at: 4, unlike: route.name })
})
