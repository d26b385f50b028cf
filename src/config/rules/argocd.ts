import { find } from '../find.ts'
import { flaw } from '../problem.ts'
import type { Rule } from './rule.ts'

export const argocdIsSomewhere: Rule = (file) =>
  file['argocd'] !== undefined
    ? []
    : find(file, 'apps.*.deploy')
        .filter(({ value }) => value === 'argocd')
        .flatMap(({ path }) =>
          flaw(path, 'nothing says where Argo CD is; write argocd: { cluster: <the EKS cluster that it runs on> }'),
        )
