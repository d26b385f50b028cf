import { heldUp, heldUpInWords } from '../domain/held-up.ts'
import { key, type Mover, type Standing } from '../domain/turns.ts'
import type { OpenGate, UpgradeView } from './shapes.ts'

/** A view whose gates say what they hold up: environments that cannot start, and the phases after this one. Pure. */
export function holding(view: UpgradeView): UpgradeView {
  const { apps, order = 'breadth', ahead = [] } = view.status
  const movers = apps.map(({ app: name, dependsOn = [], movesWith = [], environments }): Mover => ({
    name,
    dependsOn,
    movesWith,
    environments: environments.map((e) => e.name),
    ...(movesWith.length > 0 && { meets: environments.map((e) => e.name) }),
  }))
  const standings = Object.fromEntries(
    apps.flatMap(({ app, environments }) =>
      environments.flatMap(({ name, is }): [string, Standing['is']][] =>
        is === 'pending' ? [] : [[key(app, name), is]],
      ),
    ),
  )
  const known = new Map<string, readonly string[]>()
  const heldUpBy = (app: string, environment: string): readonly string[] => {
    const place = key(app, environment)
    const words = known.get(place) ?? heldUpInWords(heldUp(movers, standings, order, { app, environment }), app)
    known.set(place, words)
    return words
  }
  const gates = view.gates.map((gate): OpenGate => {
    const { app, environment } = gate
    const environments = app === undefined || environment === undefined ? [] : heldUpBy(app, environment)
    const holdsUp = [...environments, ...ahead]
    return holdsUp.length === 0 ? gate : { ...gate, holdsUp }
  })
  return { ...view, gates }
}
