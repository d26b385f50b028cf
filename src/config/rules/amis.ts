import { find, get, isMapping, isText } from '../find.ts'
import { flaw } from '../problem.ts'
import { shown } from '../words.ts'
import type { Rule } from './rule.ts'

const IMAGE = /^ami-[0-9a-f]{8,17}$/
/** https://docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html */
const LINUX_2 = /^AL2_(x86_64|x86_64_GPU|ARM_64)$/
const SUCCESSOR = /^(AL2023|BOTTLEROCKET)_(x86_64|ARM_64)(_[A-Z]+)*$/

const architecture = (type: string): string => (type.includes('ARM_64') ? 'ARM_64' : 'x86_64')

/** An image for an image, as only people know which; and a type for a type that EKS has no more, of the same processor. */
export const amisReplaceLikes: Rule = (file) => {
  const amis = get(get(file, 'green'), 'amis')
  return find(file, 'green.amis').flatMap(({ path }) =>
    Object.entries(isMapping(amis) ? amis : {}).flatMap(([is, instead]) => {
      const at = [...path, is]
      if (!IMAGE.test(is) && !LINUX_2.test(is))
        return flaw(
          at,
          'is neither an image nor a type of Amazon Linux 2; write ami-…, AL2_x86_64, AL2_x86_64_GPU or AL2_ARM_64',
        )
      if (!isText(instead)) return []
      if (IMAGE.test(is))
        return IMAGE.test(instead)
          ? []
          : flaw(at, `${shown(instead)} is no image; write the ami-… that was built in its place`)
      if (!SUCCESSOR.test(instead))
        return flaw(
          at,
          `${shown(instead)} is no type in its place; write one of AL2023 or Bottlerocket, such as AL2023_${architecture(is)}_STANDARD`,
        )
      return architecture(instead) === architecture(is)
        ? []
        : flaw(at, `${shown(instead)} is for another processor than ${is}; write one for ${architecture(is)}`)
    }),
  )
}
