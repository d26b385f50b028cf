import { key, turns, type Mover, type Standing, type Standings, type Turn, type TurnPolicy } from './turns.ts'

/**
 * Which environments cannot start before this one goes on, whatever the others do. The rule of the turns itself is asked:
 * all others move as far as they can while this one stands still, and what has not started then is held up by it.
 */
export function heldUp(
  apps: readonly Mover[],
  standings: Readonly<Record<string, Standing['is']>>,
  order: TurnPolicy['order'],
  still: Turn,
): Turn[] {
  const here = key(still.app, still.environment)
  // Rests end, trouble is mended, and there is room for all: none of it is this one's doing.
  const policy: TurnPolicy = { order, maxParallel: Infinity, maxFailed: Infinity, rest: '0s' }
  let now: Standings = Object.fromEntries(
    Object.keys(standings).map((place): [string, Standing] => [place, { is: 'committed' }]),
  )
  now = { ...now, [here]: { is: standings[here] === 'trouble' ? 'trouble' : 'moving' } }
  for (;;) {
    const { start } = turns(apps, now, policy, NOBODY_LOOKS)
    if (start.length === 0) break
    now = { ...now, ...Object.fromEntries(start.map((t) => [key(t.app, t.environment), { is: 'committed' }])) }
  }
  return apps.flatMap(({ name: app, environments }) =>
    environments.flatMap((environment) => (now[key(app, environment)] ? [] : [{ app, environment }])),
  )
}

/** Without rests no clock is read. */
const NOBODY_LOOKS = new Date(0).toISOString()

/** More names than this in one group are counted. */
const NAMED = 3

/** In words, and few of them: its own app by environments, others by name, or how many there are. */
export function heldUpInWords(held: readonly Turn[], app: string): string[] {
  const own = held.filter((t) => t.app === app).map((t) => t.environment)
  const environments = [...new Set(held.filter((t) => t.app !== app).map((t) => t.environment))]
  return [
    ...(own.length > 0 ? [`${own.join(' and ')} of ${app}`] : []),
    ...environments.map((environment) => {
      const names = held.filter((t) => t.app !== app && t.environment === environment).map((t) => t.app)
      return `${environment} of ${names.length > NAMED ? `${names.length} other apps` : names.join(', ')}`
    }),
  ]
}
