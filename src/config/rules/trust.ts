import { find, get, isText, list, mapping } from '../find.ts'
import { ADDRESS } from '../pieces.ts'
import { flaw } from '../problem.ts'
import { didYouMean, shown } from '../words.ts'
import type { Rule } from './rule.ts'

const same = (address: string): string => address.toLowerCase()

/** Who has no key could say nothing, and a gate might wait for ever. */
export const signersHaveKeys: Rule = (file) => {
  if (get(file, 'trust') !== 'signed') return []
  const known = new Set(Object.keys(mapping(get(file, 'people'))).map(same))
  return find(file, 'teams.*.approvers').flatMap(({ path, value }) =>
    list(value).flatMap((who, n) =>
      isText(who) && !known.has(same(who))
        ? flaw(
            [...path, n],
            `${shown(who)} has no key, and trust is signed; write people: { ${who}: { keys: ["ed25519:…"] } }, as norikae keys show prints it`,
          )
        : [],
    ),
  )
}

/** Whoever holds it would be two people, and four eyes are of two. */
export const keysAreOfOnePerson: Rule = (file) => {
  const owners = new Map<string, string>()
  return find(file, 'people.*.keys').flatMap(({ path, value }) => {
    const who = String(path[1])
    return list(value).flatMap((key, n) => {
      if (!isText(key)) return []
      const owner = owners.get(key) ?? who
      owners.set(key, owner)
      return same(owner) === same(who)
        ? []
        : flaw([...path, n], `is the key of ${owner} too; each person has their own`)
    })
  })
}

/** A key of nobody who is asked is a slip of the pen, or of somebody who left. One person is written once. */
export const peopleApprove: Rule = (file) => {
  const approvers = find(file, 'teams.*.approvers').flatMap(({ value }) => list(value).filter(isText))
  const known = new Set(approvers.map(same))
  const seen = new Set<string>()
  return find(file, 'people.*').flatMap(({ path }) => {
    const who = String(path[1])
    if (seen.has(same(who))) return flaw(path, 'is here already, in other letters; put all keys under one of them')
    seen.add(same(who))
    // What is no address is said where names are.
    return known.has(same(who)) || !ADDRESS.test(who)
      ? []
      : flaw(path, `is no approver of any team${didYouMean(who, approvers)}; add them to one, or take this out`)
  })
}

export const issuerIsNamed: Rule = (file) =>
  get(file, 'trust') === 'oidc' && get(file, 'oidc') === undefined
    ? [flaw(['trust'], 'is oidc, and nobody vouches for people; write oidc: { issuer: https://login.example.com }')]
    : []
