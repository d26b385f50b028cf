import type { Kind } from '../cluster/kinds.ts'

/** Where a kind's objects are: all of them, or those of a namespace. */
export const pathOf = ({ group, apiVersion, plural, namespaced }: Kind, namespace?: string): string =>
  [
    group === '' ? '/api' : '/apis',
    apiVersion,
    ...(namespaced && namespace !== undefined ? ['namespaces', namespace] : []),
    plural,
  ].join('/')
