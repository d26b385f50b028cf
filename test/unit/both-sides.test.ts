import { expect, test } from 'vitest'
import { newlyUnlike, type BothSides } from '../../src/domain/both-sides.ts'

const alike: BothSides = { differing: [], hazards: [] }
const [other, more, prunes] = [
  'web: v2 on blue, v1 on green',
  'api is not on green',
  'Application web prunes by itself',
]

test.for<[string, Partial<BothSides>, BothSides, string]>([
  ['nothing counts on', {}, alike, ''],
  ['what the first look shows was not read', {}, { ...alike, differing: [other] }, `(${other})`],
  ['what is shown was read', { differing: [other] }, { ...alike, differing: [other] }, ''],
  ['what came since was not', { ...alike, hazards: [] }, { ...alike, hazards: [prunes] }, `Argo CD: ${prunes}`],
  ['nor what came beside it', { ...alike, differing: [other] }, { differing: [other], hazards: [prunes] }, other],
  ['nor another release', { ...alike, differing: [other] }, { ...alike, differing: [other, more] }, more],
  ['what is mended was read', { differing: [other, more], hazards: [prunes] }, { ...alike, hazards: [prunes] }, ''],
  ['all that is mended too', { differing: [other], hazards: [prunes] }, alike, ''],
  ['that nobody knows was not read', alike, { ...alike, unseen: 'no answer' }, 'is not known: no answer'],
  ['and is read once, whatever the reason', { unseen: 'no answer' }, { ...alike, unseen: 'refused' }, ''],
  ['what is known again is new', { ...alike, unseen: 'no' }, { ...alike, differing: [other] }, other],
])('of approvals given between two looks: %s', ([, before, seen, because]) => {
  const said = newlyUnlike(before, seen)
  if (because === '') expect(said).toBe('')
  else expect(said).toContain(because)
})
