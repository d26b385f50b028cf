import { fluxName, makerOf } from './flux.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { writerOf } from './managers.ts'

/** Who takes weights back. */
export interface WritesBack {
  /** A controller does, within minutes. */
  readonly soon: boolean
  readonly message: string
  readonly remedy: string
}

/**
 * Who applies an object from somewhere else, and takes the weights in its annotation `key` back; undefined: nobody is known.
 * `its`: what that is of the object, as in “its action web”.
 */
export function writtenBack(object: KubernetesObject, key: string, its: string): WritesBack | undefined {
  const flux = makerOf(object)
  if (flux?.kind === 'Kustomization')
    return object.metadata.annotations?.['kustomize.toolkit.fluxcd.io/reconcile'] === 'disabled'
      ? undefined
      : {
          soon: true,
          message: `Flux makes it (${fluxName(flux)}), and would write its ${its} back within minutes`,
          remedy: 'annotate it kustomize.toolkit.fluxcd.io/reconcile: disabled for the upgrade',
        }
  const by = flux ? `Flux (${fluxName(flux)})` : writerOf(object, ['metadata', 'annotations', key])
  return by === undefined
    ? undefined
    : {
        soon: false,
        message: `its ${its} is written by ${by}, and weights are taken back the next time that it applies them`,
        remedy: `see that it leaves that annotation alone during the upgrade (Argo CD: ignoreDifferences with managedFieldsManagers: [norikae])`,
      }
}
