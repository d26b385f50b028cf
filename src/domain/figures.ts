import { countsAsSaid } from './gates.ts'
import type { AppStanding } from './messages.ts'
import type { Report } from './report.ts'

/** An upgrade in a few lines, for whoever was not there. */
export function figures(apps: readonly AppStanding[], report: Report): string[] {
  const there = apps.filter((a) => a.environments.every((e) => e.is === 'committed' || e.is === 'on-green')).length
  const decisions = report.decisions.filter(countsAsSaid)
  const waited = report.waits.reduce((sum, w) => sum + w.seconds, 0)
  const longest = report.waits.toSorted((a, b) => b.seconds - a.seconds)[0]
  const { length: back } = report.rollbacks
  return [
    ...(apps.length > 0 ? [`${there} of ${apps.length} apps are on green`] : []),
    back === 0 ? 'nothing went back' : `${back} ${back === 1 ? 'environment' : 'environments'} went back to blue`,
    `${decisions.length} ${decisions.length === 1 ? 'decision' : 'decisions'}`,
    ...(longest === undefined
      ? []
      : [
          `people were waited for ${inWords(waited)} in all, longest ${inWords(longest.seconds)} at ${placed(longest)}`,
        ]),
    ...report.leftovers.map((what) => `left over, undone by nobody: ${what}`),
  ]
}

const placed = ({ app, environment, gate }: Report['waits'][number]): string =>
  app === undefined ? gate : [app, environment].filter((name) => name !== undefined).join(' ')

function inWords(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)}s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`
}
