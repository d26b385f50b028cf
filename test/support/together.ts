import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { grouped } from '../../src/domain/groups.ts'
import type { Platform } from '../../src/domain/platform.ts'
import type { ActionStep } from '../../src/domain/steps.ts'
import { anApp, anEnvironment, aPlatform, routeOfBlue, rule } from './builders.ts'
import { Outside } from './fakes.ts'
import { Trial } from './server.ts'

/** Three apps that move together, seen from the outside. */

export const names = ['api', 'web', 'work']
const app = (name: string, routes: boolean, team = 'scala') => {
  const some = routes ? {} : { routes: [] }
  return anApp(name, {
    team,
    movesWith: names.filter((n) => n !== name),
    environments: [
      anEnvironment('test', some),
      anEnvironment('production', {
        ...some,
        ...(name === 'web' && { routes: [routeOfBlue] }),
        weights: [5, 25, 100],
        gate: rule(team, { exclude: ['requester'] }),
      }),
    ],
  })
}
const teams = {
  sre: { approvers: ['aoki', 'baba'] },
  scala: { approvers: ['chiba', 'doi'] },
  php: { approvers: ['endo'] },
}
let count = 0
/** Two with routes, and a worker without; `web` may be another team's. */
export const aTrial = (
  on: TestWorkflowEnvironment,
  web = 'scala',
  pollEvery: '100ms' | '6h' = '100ms',
  more: Partial<Platform> = {},
) => {
  count += 1
  const apps = grouped([app('api', true), app('web', true, web), app('work', false)])
  const platform = aPlatform({ name: `together-${count}`, apps, teams, maxFailed: 9, rest: '0s', soak: '1s', ...more })
  const trial = new Trial(on, new Outside(platform, pollEvery))
  const weights: Record<string, number> = {}
  const seen: string[] = []
  trial.outside.wrote = (place: string, step: ActionStep) => {
    if (step.action !== 'setWeight' || !place.endsWith('/production')) return
    weights[place.split('/')[0] ?? ''] = step.input.to
    seen.push(`${weights['api'] ?? 0} ${weights['web'] ?? 0}`)
  }
  return { trial, seen }
}
export const gates = async (trial: Trial) =>
  (await Promise.all(names.map((n) => trial.waiting(n)))).flatMap((all, n) => all.map((w) => `${names[n]}: ${w.what}`))
export const yesOf = async (trial: Trial, name: string, by = 'chiba') =>
  trial.say(name, 'approve', { gate: await trial.gate(name, 'approve', 'production/gate@'), by })
export const yes = async (trial: Trial) => {
  for (const name of names) await yesOf(trial, name)
}
export const allOnGreen = async (trial: Trial) => {
  for (const name of names) await trial.onGreen(name)
}
export const waits = async (trial: Trial, name: string): Promise<string> => {
  const { waits: it } =
    (await trial.see()).apps.find((a) => a.app === name)?.environments.find((e) => e.name === 'production') ?? {}
  return it === undefined ? '' : `${it.where} for ${it.for.join(', ')}`
}
/** How far apart they were at most, of weights: one step of the list. */
const STEPS = [0, 5, 25, 100]
export const apart = (seen: readonly string[]) =>
  Math.max(
    ...seen.map((both) => {
      const [a = 0, b = 0] = both.split(' ').map((w) => STEPS.indexOf(Number(w)))
      return Math.abs(a - b)
    }),
  )

/** Web stands at 25 %, api is at its way to 100 %. */
export const half = async (trial: Trial, seen: readonly string[]) => {
  trial.outside.holds = new Set(['web:production/route/web/25'])
  await trial.start()
  await yes(trial)
  await trial.until('api is at 25 %', async () => seen.at(-1) === '25 5')
}
