/** Somebody who is chosen as often as its weight says. */
export interface Weighted {
  readonly name: string
  readonly weight: number
}

/**
 * Smooth weighted round robin, by key: of any hundred turns in a row each gets its share, evenly spread. A weight of 0 gets
 * none; undefined: nobody has a weight.
 */
export function takingTurns(): (key: string, among: readonly Weighted[]) => string | undefined {
  const credits = new Map<string, number>()
  return (key, among) => {
    const open = among.filter((one) => one.weight > 0)
    const total = open.reduce((sum, one) => sum + one.weight, 0)
    let best: string | undefined
    let most = Number.NEGATIVE_INFINITY
    for (const { name, weight } of open) {
      const credit = (credits.get(`${key} ${name}`) ?? 0) + weight
      credits.set(`${key} ${name}`, credit)
      if (credit <= most) continue
      most = credit
      best = name
    }
    if (best !== undefined) credits.set(`${key} ${best}`, most - total)
    return best
  }
}
