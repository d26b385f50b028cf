import type { Untold } from '../domain/notices.ts'
import type { UpgradeView } from './shapes.ts'

/** Places that did not take what they were told last, by the upgrade or by one of its apps; each once. */
export function untoldIn({ status, cutovers }: Pick<UpgradeView, 'status' | 'cutovers'>): Untold[] {
  const all = [status, ...cutovers].flatMap(({ untold = [] }) => untold)
  return all.filter(({ place }, n) => all.findIndex((other) => other.place === place) === n)
}

export const inWords = ({ place, why }: Untold): string => `${place} was not told: ${why}`
