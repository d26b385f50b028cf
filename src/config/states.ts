import type { DeclaredOwners } from '../domain/ownership.ts'
import { globMatches } from '../domain/globs.ts'
import type { PlatformFile, Said } from '../domain/platform-file.ts'
import type { Stated } from '../domain/terraform-states.ts'
import type { Problem } from './problem.ts'
import { readState } from './terraform-state.ts'
import { shown } from './words.ts'

/** A state file as it was found; `undefined`: it is not there. */
export interface StateText {
  readonly name: string
  readonly text: string
}

export type OwnersReading =
  | { readonly ok: true; readonly owners: DeclaredOwners }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** The state files that a platform file names. */
export const statesOf = ({ owners }: Pick<PlatformFile, 'owners'>): readonly Said[] => owners.terraform?.states ?? []

/**
 * What a platform file says of owners, with what its state files name, or every problem of all of them at once. `texts`: in
 * the order of `statesOf`. `where`: in what a file has to be that is not there, for people; undefined: it may be where
 * nobody looks from here, and the others are read.
 */
export function ownersWith(
  file: Pick<PlatformFile, 'owners' | 'account' | 'region'>,
  texts: readonly (StateText | undefined)[],
  where: string | undefined,
): OwnersReading {
  const { terraform } = file.owners
  if (!terraform) return { ok: true, owners: {} }
  const { states, ignore, ...said } = terraform
  if (!states) return { ok: true, owners: { terraform: said } }
  const read = states.map((state, i) => oneOf(state, `owners.terraform.states[${i}]`, texts[i], file, where))
  const stated = read.flatMap((one, i) =>
    states.length > 1 ? one.stated.map((it) => ({ ...it, state: states[i]?.text ?? '' })) : one.stated,
  )
  const problems = read.flatMap((one) => one.problems)
  // Of an address in a state that was not read nobody knows whether it is there.
  const unknown = problems.length > 0 || texts.includes(undefined) ? [] : unknownOf(ignore ?? [], stated)
  return problems.length + unknown.length === 0
    ? { ok: true, owners: { terraform: { ...said, stated, ...(ignore && { ignore: ignore.map((it) => it.text) }) } } }
    : { ok: false, problems: [...problems, ...unknown] }
}

const problem = (path: string, { place }: Said, message: string): Problem => ({
  code: 'InvalidInput',
  ...place,
  path,
  message,
})

function oneOf(
  state: Said,
  path: string,
  text: StateText | undefined,
  { account, region }: Pick<PlatformFile, 'account' | 'region'>,
  where: string | undefined,
): { readonly stated: readonly Stated[]; readonly problems: readonly Problem[] } {
  const wrong = (...problems: Problem[]) => ({ stated: [], problems })
  if (!text)
    return wrong(
      ...(where === undefined ? [] : [problem(path, state, `${shown(state.text)} is not there; put it into ${where}`)]),
    )
  const reading = readState(text.text, text.name)
  if (!reading.ok) return wrong(...reading.problems)
  // Of IAM and Route 53 none has a region.
  const its = reading.stated.filter(({ key }) => {
    const [, , , itsRegion = '', itsAccount = account] = key.split(':')
    return itsAccount === account && (itsRegion === '' || itsRegion === region)
  })
  // The id of a record tells no account; a state of nothing but records is told from one of elsewhere by nothing.
  const tells = (key: string) => (key.split(':')[4] ?? '') !== ''
  const here = its.some(({ key }) => tells(key))
  return its.length === 0 || (!here && reading.stated.some(({ key }) => tells(key)))
    ? wrong(
        problem(
          path,
          state,
          `${shown(state.text)} names nothing of account ${account} in ${region}; write the state that has blue, or leave it out`,
        ),
      )
    : { stated: its, problems: [] }
}

const unknownOf = (ignore: readonly Said[], stated: readonly Stated[]): Problem[] =>
  ignore.flatMap((it, i) =>
    stated.some(({ address }) => globMatches(it.text, address))
      ? []
      : [
          problem(
            `owners.terraform.ignore[${i}]`,
            it,
            `no state that is named here has ${shown(it.text)}; write it as terraform state list tells it`,
          ),
        ],
  )
