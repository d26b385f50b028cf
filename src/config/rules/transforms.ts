import { find, get, isMapping, isText, list, type Found } from '../find.ts'
import { flaw, type Flaw } from '../problem.ts'
import type { Rule } from './rule.ts'

/** What an object is, and what Norikae compares or notes on it, is nobody's to change. */
const FIXED = ['apiVersion', 'kind', 'status']
const CHANGEABLE: ReadonlySet<string> = new Set(['annotations', 'labels'])

export const transformsChangeSomething: Rule = (file) =>
  find(file, 'transforms.*').flatMap(({ path, value }) => {
    const [patch, replace, kind] = [get(value, 'patch'), get(value, 'replace'), get(get(value, 'match'), 'kind')]
    if (patch === undefined && replace === undefined) return flaw(path, 'changes nothing; write patch or replace')
    if (patch === undefined) return []
    if (kind === undefined)
      return flaw(
        [...path, 'match'],
        'says no kind, and a patch fits objects of one; write match: { kind: Deployment }',
      )
    if (kind === 'Secret')
      return flaw(
        [...path, 'patch'],
        'would be in the plan and the history for all to read, and this is a Secret; use replace, or put it on green by what makes it',
      )
    return fixed({ path: [...path, 'patch'], value: patch })
  })

function fixed({ path, value }: Found): Flaw[] {
  const metadata = get(value, 'metadata')
  const keys = isMapping(metadata) ? Object.keys(metadata) : []
  return [
    ...FIXED.filter((key) => get(value, key) !== undefined).map((key) =>
      flaw([...path, key], 'cannot be changed; take it out'),
    ),
    ...keys
      .filter((key) => !CHANGEABLE.has(key))
      .map((key) => flaw([...path, 'metadata', key], 'cannot be changed; only annotations and labels can')),
    ...images({ path, value }),
  ]
}

const images = ({ path, value }: Found): Flaw[] => {
  const children = Array.isArray(value)
    ? list(value).map((item, n): Found => ({ path: [...path, n], value: item }))
    : isMapping(value)
      ? Object.entries(value).map(([key, item]): Found => ({ path: [...path, key], value: item }))
      : []
  return children.flatMap((child) =>
    child.path.at(-1) === 'image' && isText(child.value)
      ? flaw(child.path, 'is an image, and both sides run the same; take it out')
      : images(child),
  )
}

/** Only what Norikae copies passes through its hands. */
export const transformsAreOfCopies: Rule = (file) =>
  find(file, 'transforms.*.match.apps.*').flatMap(({ path, value }) => {
    const deploy = isText(value) ? get(get(get(file, 'apps'), value), 'deploy') : undefined
    return isText(deploy) && deploy !== 'copy'
      ? flaw(path, `is deployed by others (deploy: ${deploy}); change it where they deploy it from`)
      : []
  })

export const transformsAreOfEnvironments: Rule = (file) => {
  const known = Object.keys(isMapping(file['environments']) ? file['environments'] : {})
  return find(file, 'transforms.*.match.environments.*').flatMap(({ path, value }) =>
    isText(value) && !known.includes(value)
      ? flaw(path, `is no environment of this file; known are ${known.join(', ')}`)
      : [],
  )
}
