import { describe, expect, test } from 'vitest'
import { createActivities } from '../../src/activities/index.ts'
import { unreachable } from '../../src/activities/errors.ts'
import type { Ports } from '../../src/activities/ports.ts'
import type { ActionName, Receipt } from '../../src/domain/actions.ts'
import { workloadName, type Side, type WorkloadRef } from '../../src/domain/platform.ts'
import { attempted, driven, ending, type Driving } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { call, scope } from '../support/small-world.ts'
import { aClaim, aSet, dying, observed, outside, storesIn } from './stores.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
const answersLost = { ...patience, lost: true }
const TIMES = { timeout: 180_000 }
const ZONE = 'ap-northeast-1a'
const byDriver = { 'ebs.csi.aws.com/cluster': 'true', [`kubernetes.io/cluster/${scope.blue}`]: 'owned' }

type Deeds = ReturnType<typeof createActivities>
/** As a plan does it: there, back before and after green ran, and what lets go of the way back. */
const there = ['retain blue', 'stop blue', 'copy'] as const
const forward = [...there, 'start green'] as const
const unused = ['start blue', 'discard green', 'unretain blue'] as const
const back = ['stop green', 'start blue', 'keep green', 'discard green', 'unretain blue'] as const
const commit = ['unretain green', 'unretain blue', 'drop'] as const

const deeds: Readonly<Record<string, ActionName>> = {
  retain: 'retainVolumes',
  unretain: 'unretainVolumes',
  stop: 'stopWorkload',
  start: 'startWorkload',
  copy: 'copyVolumes',
  keep: 'keepCopies',
  discard: 'discardVolumes',
  drop: 'dropSnapshots',
}

/** What is promised of volumes that are copied to green, whichever API servers and controllers they meet. */
export function copiedVolumesContract(of: () => WorldUnderTest): void {
  const { on, find, aStore, aFreeVolume, provisioned, running, stored, volumesOn } = storesIn(of)

  const callOf = (what: string, workload: WorkloadRef, attempt = 1, asker = 'run-1') => {
    const [verb = '', side] = what.split(' ')
    const input =
      verb === 'copy'
        ? { workload, from: 'blue', to: 'green' }
        : { workload, ...(side && { on: side as Side }), ...(verb === 'start' && { alone: true }) }
    return { name: deeds[verb] ?? 'copyVolumes', call: call<ActionName>(input, { step: what, attempt, asker }) }
  }
  const steps = async (
    all: readonly string[],
    workload: WorkloadRef,
    {
      attempt,
      asker,
      by = of().activities,
      ...how
    }: Driving & { attempt?: number; asker?: string; by?: Deeds } = patience,
  ) => {
    const receipts: Receipt[] = []
    for (const one of all) {
      const { name, call } = callOf(one, workload, attempt, asker)
      receipts.push((await driven<unknown, Receipt>(by[name] as never, call, how)).answer)
    }
    return receipts
  }
  const once = (what: string, workload: WorkloadRef) => {
    const { name, call } = callOf(what, workload)
    return attempted(of().activities[name] as never, call)
  }
  /** What was made for a workload, as EC2 has it. */
  const made = (workload: WorkloadRef) => {
    const mine = ({ tags }: { tags: Readonly<Record<string, string>> }) =>
      tags['norikae.io/workload'] === workloadName(workload)
    return { volumes: of().ec2.volumes().filter(mine), snapshots: of().ec2.snapshots().filter(mine) }
  }

  describe('of a workload', () => {
    test.for(['StatefulSet', 'Deployment'] as const)(
      'are copied there and back with a %s again and again, with every answer lost, and each side keeps its own',
      TIMES,
      async (kind) => {
        const { namespace, workload, claims, ids } = await aStore(2, kind, byDriver)
        const seen = observed(of())
        const written = new Set<string>()
        for (let attempt = 1; attempt <= 3; attempt += 1) {
          await steps(forward, workload, { ...answersLost, attempt })
          await running('green', workload)
          const { snapshots } = made(workload)
          expect(snapshots.map((s) => s.volume).toSorted()).toEqual(ids.toSorted())
          expect(snapshots.every((s) => !s.whileInUse && s.tags['norikae.io/attempt'] === `${attempt}`)).toBe(true)
          const onGreen = await stored('green', namespace)
          expect(onGreen.map(({ claim, phase }) => ({ claim, phase }))).toEqual(
            claims.map((claim) => ({ claim, phase: 'Bound' })),
          )
          for (const [n, { id = '' }] of onGreen.entries()) {
            expect(written.has(id)).toBe(false)
            written.add(id)
            const copy = of()
              .ec2.volumes()
              .find((v) => v.id === id)
            expect(snapshots.find((s) => s.id === copy?.snapshot)?.volume).toBe(ids[n])
            expect(copy?.zone).toBe(ZONE)
            expect(copy?.tags).toMatchObject({
              'ebs.csi.aws.com/cluster': 'true',
              [`kubernetes.io/cluster/${scope.green}`]: 'owned',
              'norikae.io/run': 'run-1',
              'norikae.io/copy-of': ids[n],
            })
            expect(copy?.tags).not.toHaveProperty([`kubernetes.io/cluster/${scope.blue}`])
          }
          await steps(back, workload, { ...answersLost, attempt })
          await running('blue', workload)
          expect(await stored('blue', namespace)).toMatchObject(
            claims.map((claim, n) => ({ claim, id: ids[n], policy: 'Delete', noted: undefined })),
          )
        }
        expect(await seen.stop()).toEqual([])
        expect(await stored('green', namespace)).toEqual([])
        expect(await volumesOn('green', namespace)).toEqual([])
        // What green wrote is there for people, and nothing else is.
        const left = made(workload)
        expect(left.snapshots).toEqual([])
        expect(new Set(left.volumes.map((v) => v.id))).toEqual(written)
        expect(left.volumes.every((v) => v.tags['norikae.io/kept'] === scope.green)).toBe(true)
      },
    )

    test('that green never ran on leave nothing behind', TIMES, async () => {
      const { namespace, workload, ids } = await aStore(2)
      await steps([...there, ...unused], workload, answersLost)
      await running('blue', workload)
      expect(made(workload)).toEqual({ volumes: [], snapshots: [] })
      expect(await volumesOn('green', namespace)).toEqual([])
      expect(await stored('blue', namespace)).toMatchObject(ids.map((id) => ({ id, policy: 'Delete' })))
    })

    test(
      'that a cutover which was terminated made are told as its own before blue stops, and never deleted by the next one',
      TIMES,
      async () => {
        const { namespace, workload, ids } = await aStore(1)
        const by = 'run-2'
        await steps(forward, workload)
        await running('green', workload)
        const [copy] = made(workload).volumes
        // People take it home, and find green's claim beside blue's.
        await steps(['stop green', 'start blue'], workload)
        const retain = call<'retainVolumes'>({ workload, on: 'blue' }, { asker: by })
        const { type, message } = await ending(of().activities.retainVolumes, retain, patience)
        expect(type).toBe('Contested')
        expect(message).toContain(`data-db-0 of db on ${scope.green} is on ${copy?.id}, copied by an earlier cutover`)
        const [claim, volume] = message.match(/(?<=kubectl delete pvc? )\S+?(?=[ ;,])/g) ?? []
        await on('green').admin.remove('PersistentVolumeClaim', namespace, claim ?? '')
        await on('green').admin.remove('PersistentVolume', undefined, volume ?? '')
        await eventually('it is gone', async () => (await stored('green', namespace)).length === 0, patience)

        await steps(there, workload, { ...patience, asker: by })
        expect(made(workload).volumes).toHaveLength(2)
        const receipts = await steps(unused, workload, { ...patience, asker: by })
        const findings = receipts.flatMap((r) => r.findings ?? []).map((f) => `${f.code}: ${f.message}`)
        expect(findings).toEqual([expect.stringMatching(new RegExp(`^copy-kept: .*earlier cutover.* ${copy?.id}$`))])
        expect(made(workload)).toMatchObject({
          volumes: [{ id: copy?.id, tags: { 'norikae.io/kept': scope.green } }],
          snapshots: [],
        })
        expect((await stored('blue', namespace)).map((s) => s.id)).toEqual(ids)
      },
    )

    test(
      'that were made but for the claim are not used by the next cutover, and kept by its way back',
      TIMES,
      async () => {
        const { namespace, workload } = await aStore(1)
        await steps(there, workload)
        const [copy] = made(workload).volumes
        const next = call<'copyVolumes'>({ workload, from: 'blue', to: 'green' }, { step: 'copy', asker: 'run-2' })
        expect(await ending(of().activities.copyVolumes, next, patience)).toMatchObject({
          type: 'Contested',
          message: expect.stringContaining(
            `is a copy of an earlier cutover, which ended in mid-run: ${scope.blue} may`,
          ),
        })
        await steps(unused, workload, { ...patience, asker: 'run-2' })
        expect(made(workload)).toMatchObject({
          volumes: [{ id: copy?.id, tags: { 'norikae.io/kept': scope.green } }],
          snapshots: [],
        })
        expect(await stored('green', namespace)).toEqual([])
      },
    )

    test('are copied however long the snapshots took', TIMES, async () => {
      const { workload } = await aStore(1)
      await steps(['retain blue', 'stop blue'], workload)
      await eventually('nothing is attached', async () => /being taken/.test(await once('copy', workload)), patience)
      await steps(['copy'], workload, { ...patience, scheduledMs: Date.now() - 5 * 60 * 60_000 })
      const asked = call<'copyVolumes'>({ workload, from: 'blue', to: 'green' }, { step: 'copy', attempt: 2 })
      expect(await attempted(of().activities.copyVolumes, asked)).toBe('ready')
    })

    test('whose snapshots are being taken are let go of at once, and blue is up first', TIMES, async () => {
      const { workload } = await aStore(1)
      await steps(['retain blue', 'stop blue'], workload)
      await eventually('it is begun', async () => /being taken/.test(await once('copy', workload)), patience)
      await steps(unused, workload)
      await running('blue', workload)
      await eventually('nothing is left', () => Object.values(made(workload)).flat().length === 0, patience)
    })

    test('survive a worker that dies between every two of its calls', TIMES, async () => {
      const { namespace, workload, ids } = await aStore()
      const mortal = dying(of().ports)
      const by = createActivities({ ...outside, ports: mortal.ports })
      const seen = observed(of())
      for (const one of [...forward, ...back]) {
        mortal.begin()
        await steps([one], workload, { ...patience, between: mortal.begin, by })
      }
      for (const one of [...forward, ...commit]) {
        mortal.begin()
        await steps([one], workload, { ...patience, attempt: 2, between: mortal.begin, by })
      }
      await running('green', workload)
      expect(await seen.stop()).toEqual([])
      const { volumes, snapshots } = made(workload)
      expect(snapshots).toEqual([])
      expect(volumes.filter((v) => v.tags['norikae.io/kept'] === undefined)).toHaveLength(ids.length)
      expect(await stored('green', namespace)).toMatchObject(
        ids.map(() => ({ phase: 'Bound', policy: 'Delete', noted: undefined })),
      )
    })

    test('are copied once by workers that remember nothing of what they began', TIMES, async () => {
      const { workload } = await aStore(2)
      await steps(['retain blue', 'stop blue'], workload)
      await eventually('they are copied', async () => (await once('copy', workload)) === 'ready', patience)
      const { volumes, snapshots } = made(workload)
      expect([volumes.length, snapshots.length]).toEqual([2, 2])
    })

    test("are green's own at commit, and blue's go with blue where their policy says so", TIMES, async () => {
      const { namespace, workload, ids } = await aStore(1, 'StatefulSet', byDriver)
      await steps([...forward, ...commit], workload, answersLost)
      const [copy] = await stored('green', namespace)
      expect(made(workload)).toMatchObject({ volumes: [{ id: copy?.id }], snapshots: [] })
      const { arn = '', createdAt = '' } = (await of().ports.eks(scope.region).findCluster(scope.blue)) ?? {}
      const empty = call<'emptyCluster'>({ cluster: scope.blue, identity: { arn, createdAt } })
      await driven(of().activities.emptyCluster, empty, answersLost)
      const isThere = (id = '') =>
        of()
          .ec2.volumes()
          .some((v) => v.id === id)
      await eventually("blue's is gone", () => !isThere(ids[0]), patience)
      await running('green', workload)
      expect(isThere(copy?.id)).toBe(true)

      await on('green').admin.patch('StatefulSet', namespace, 'db', { spec: { replicas: 0 } })
      await on('green').admin.remove('PersistentVolumeClaim', namespace, copy?.claim ?? '')
      await eventually('its owner deletes it', () => !isThere(copy?.id), patience)
    })

    test(
      'are copied to a claim that waits on green, which goes with its copy; what was made on green stays there',
      TIMES,
      async () => {
        const { namespace, workload, ids } = await aStore(1)
        await on('green').applyAs('gitops', aClaim(namespace, 'data-db-0'))
        await steps(forward, workload)
        await running('green', workload)
        await provisioned('green', namespace, 'data-db-1', aFreeVolume())
        await on('green').applyAs('team', aSet(namespace, 2))
        await running('green', workload)
        await steps(['stop green', 'keep green', 'discard green'], workload)
        expect((await stored('green', namespace)).map((s) => s.claim)).toEqual(['data-db-1'])
        expect((await stored('blue', namespace)).map((s) => s.id)).toEqual(ids)
      },
    )
  })

  describe('are not copied', () => {
    test('while blue runs on them, nor while EC2 says that somebody has them', TIMES, async () => {
      const { workload, ids } = await aStore(1)
      await steps(['retain blue'], workload)
      expect(await once('copy', workload)).toMatch(/^1 volumes are attached on /)
      await steps(['stop blue'], workload)
      await eventually(
        'it is detached',
        () =>
          of()
            .ec2.volumes()
            .some((v) => v.id === ids[0] && !v.instance),
        patience,
      )
      await eventually('nothing is attached', async () => !/attached on/.test(await once('copy', workload)), patience)
      of().ec2.attachVolume(ids[0] ?? '', 'i-somebody')
      expect(await once('copy', workload)).toBe(`volume ${ids[0]} is in-use on i-somebody, not available`)
      of().ec2.detachVolume(ids[0] ?? '', 'i-somebody')
      await steps(['copy', 'start green'], workload)
      await running('green', workload)
    })

    test('over others that green has already: said before the workload is stopped', TIMES, async () => {
      const { namespace, workload } = await aStore(1)
      await provisioned('green', namespace, 'data-db-0', aFreeVolume())
      const { type, message } = await ending(
        of().activities.retainVolumes,
        call<'retainVolumes'>({ workload, on: 'blue' }),
        patience,
      )
      expect(type).toBe('Failed')
      expect(message).toMatch(/^claim data-db-0 has vol-\w+ on \S+ and vol-\w+ on /)
      await running('blue', workload)
      expect(made(workload)).toEqual({ volumes: [], snapshots: [] })
    })

    test('over those of a try that was not taken back', TIMES, async () => {
      const { workload } = await aStore(1)
      await steps([...forward, 'stop green'], workload)
      const { type } = await ending(
        of().activities.retainVolumes,
        call<'retainVolumes'>({ workload, on: 'blue' }),
        patience,
      )
      expect(type).toBe('Failed')
    })

    test('of whose snapshot the answer was lost, and EC2 does not tell yet: it is taken once', TIMES, async () => {
      const { workload, ids } = await aStore(1)
      await steps(['retain blue', 'stop blue'], workload)
      let [asked, looks] = [0, 0]
      const late = ({ ports }: WorldUnderTest): Ports => ({
        ...ports,
        blockStorage: (region) => {
          const real = ports.blockStorage(region)
          return {
            ...real,
            async createSnapshot(...what) {
              asked += 1
              await real.createSnapshot(...what)
              throw unreachable('the answer was lost')
            },
            snapshotsTagged: async (tags) => (asked > 0 && ++looks < 4 ? [] : real.snapshotsTagged(tags)),
          }
        },
      })
      const { copyVolumes } = createActivities({ ...outside, ports: late(of()) })
      const { waits } = await driven(
        copyVolumes,
        call<'copyVolumes'>({ workload, from: 'blue', to: 'green' }),
        patience,
      )
      const from = waits.indexOf('the answer was lost')
      expect(waits.slice(from, from + 2)).toEqual([
        'the answer was lost',
        `the snapshot of ${ids[0]} was just asked for, and EC2 is to tell it`,
      ])
      expect([asked, made(workload).snapshots.length]).toEqual([1, 1])
      await steps(unused, workload)
    })

    test('where EC2 cannot: its words are told', TIMES, async () => {
      const { workload, ids } = await aStore(1)
      await steps(['retain blue', 'stop blue'], workload)
      const broken = ({ ports }: WorldUnderTest): Ports => ({
        ...ports,
        blockStorage: (region) => {
          const real = ports.blockStorage(region)
          return {
            ...real,
            snapshotsTagged: async (tags) =>
              (await real.snapshotsTagged(tags)).map((s) => ({ ...s, state: 'error', problem: 'the key is disabled' })),
          }
        },
      })
      const { copyVolumes } = createActivities({ ...outside, ports: broken(of()) })
      const copy = call<'copyVolumes'>({ workload, from: 'blue', to: 'green' })
      const { type, message } = await ending(copyVolumes, copy, patience)
      expect(type).toBe('Failed')
      expect(message).toMatch(new RegExp(`^the snapshot snap-\\w+ of ${ids[0]} went wrong: the key is disabled$`))
      await steps(unused, workload)
      expect(await find('blue', 'StatefulSet', workload.namespace, 'db')).toMatchObject({ spec: { replicas: 1 } })
    })
  })
}
