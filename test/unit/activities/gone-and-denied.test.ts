import { expect, test } from 'vitest'
import { gone, made } from '../../../src/activities/cluster-parts.ts'
import { denied, failed, inUse } from '../../../src/activities/errors.ts'
import { isGoing, unlessGone } from '../../../src/activities/waiting.ts'
import { RUN_TAG } from '../../../src/domain/clone.ts'
import { attempted, ending } from '../../support/driven.ts'

/** IAM goes by the tags of what is removed: of a thing that is gone, and was told as there, it knows none and denies. */

const no = () => Promise.reject(denied('not authorized to perform eks:DeleteNodegroup'))

test.for([
  { says: 'is gone', goes: true, error: denied('no'), is: { type: 'NotReady', message: 'vol-1 is going' } },
  { says: 'is there', goes: false, error: denied('no'), is: { type: 'Denied', message: 'no' } },
  { says: 'is in use', goes: true, error: inUse('by i-1'), is: { type: 'InUse', message: 'by i-1' } },
  { says: 'failed', goes: true, error: failed('so'), is: { type: 'Failed', message: 'so' } },
])('what may not be removed and $says', async ({ goes, error, is }) => {
  const look = () =>
    unlessGone(
      'vol-1',
      '10m',
      () => Promise.resolve(goes),
      () => Promise.reject(error),
    )
  const said = await attempted(look, undefined).then(
    (message) => ({ type: is.type, message }),
    ({ type, message }: { type: string; message: string }) => ({ type, message }),
  )
  expect(said).toEqual(is)
})

const there = { status: 'ACTIVE', tags: { [RUN_TAG]: 'r1' }, healthIssues: [] }
const part = { what: 'node group apps', cluster: 'demo-1-36', remove: no }

test.for([
  { says: 'is gone by now', again: undefined },
  { says: 'goes by now', again: { ...there, status: 'DELETING' } },
])('a part of a cluster that $says is looked at again', async ({ again }) => {
  const look = () => Promise.resolve(again)
  const gives = `node group apps of demo-1-36 is going`
  expect(await attempted(() => gone({ ...part, found: there, again: look }), undefined)).toBe(gives)
  const broken = { ...there, status: 'CREATE_FAILED' }
  const anew = () => made({ run: 'r1', attempt: 2 }, { ...part, found: broken, again: look }, no)
  expect(await attempted(anew, undefined)).toBe(gives)
})

test('one that is there is denied for good', async () => {
  const end = await ending(() => gone({ ...part, found: there, again: () => Promise.resolve(there) }), undefined)
  expect(end.type).toBe('Denied')
})

test.for([
  [undefined, true],
  [{ status: 'DELETING' }, true],
  [{ status: 'DELETE_FAILED' }, false],
  [{ status: 'ACTIVE' }, false],
] as const)('%j goes or not', ([found, is]) => expect(isGoing(found)).toBe(is))
