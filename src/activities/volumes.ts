import { unsupported } from './errors.ts'
import type { Deed } from './outside.ts'

/** Plans with these are blocked before they start; whoever gets here all the same is told so. */
const later: Deed<'detachVolumes' | 'attachVolumes' | 'copyVolumes' | 'discardVolumes'> = async ({ step }) => {
  throw unsupported(`${step}: moving volumes between clusters comes with a later release`)
}

export const volumeActions = () => ({
  detachVolumes: later,
  attachVolumes: later,
  copyVolumes: later,
  discardVolumes: later,
})
