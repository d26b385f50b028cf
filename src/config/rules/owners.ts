import { get } from '../find.ts'
import { flaw } from '../problem.ts'
import type { Rule } from './rule.ts'

/** Without either nothing would be known as Terraform's, and addresses are known by states alone. */
export const terraformIsKnownBySomething: Rule = (file) => {
  const path = ['owners', 'terraform']
  const terraform = get(get(file, 'owners'), 'terraform')
  if (terraform === undefined) return []
  const has = (key: string) => get(terraform, key) !== undefined
  if (has('states')) return []
  return [
    ...(has('tags')
      ? []
      : [
          flaw(
            path,
            'says nothing to know it by; write tags: { ManagedBy: terraform }, or states: [terraform/eks.tfstate]',
          ),
        ]),
    ...(has('ignore')
      ? [
          flaw(
            [...path, 'ignore'],
            'names addresses, which are known by state files alone; write states: [terraform/eks.tfstate] too',
          ),
        ]
      : []),
  ]
}
