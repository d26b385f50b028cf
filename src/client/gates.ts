import type { Answer } from '../domain/gates.ts'
import { cutoverId, upgradeId, type CutoverStatus, type UpgradeStatus } from '../domain/messages.ts'
import { spelled } from '../domain/people.ts'
import type { OpenGate } from './shapes.ts'

/** Every gate that is open in what was read, with what one must know to answer it. */
export const gatesOf = (
  platform: string,
  upgrade: UpgradeStatus | undefined,
  cutovers: readonly CutoverStatus[],
): OpenGate[] => [
  ...(upgrade?.run?.waitingFor ?? []).map((waiting): OpenGate => ({
    ...waiting,
    platform,
    workflowId: upgradeId(platform),
    digest: upgrade?.run?.digest ?? '',
    ...(upgrade?.proves && { proves: upgrade.proves }),
    findings: [...(upgrade?.run?.noticed ?? []), ...(upgrade?.findings ?? [])],
    wayBack: upgrade?.run?.wayBack ?? [],
    environments: [],
    ...problem(upgrade?.run?.problem),
  })),
  ...cutovers.flatMap(({ app, runs, findings, proves }) =>
    runs.flatMap((run) =>
      run.waitingFor.map((waiting): OpenGate => ({
        ...waiting,
        platform,
        app,
        ...(run.subject.environment !== undefined && { environment: run.subject.environment }),
        workflowId: cutoverId(platform, app),
        digest: run.digest,
        ...(proves && { proves }),
        findings: [...runs.flatMap((r) => r.noticed ?? []), ...findings],
        wayBack: run.wayBack,
        environments: runs.map(({ subject, state, verdicts = [] }) => ({
          name: subject.environment ?? '',
          state,
          verdicts,
        })),
        ...problem(run.problem),
      })),
    ),
  ),
]

const problem = (text: string | undefined) => (text === undefined ? {} : { problem: text })

export const offers = (gate: OpenGate, answer: Answer): boolean => gate.send.some((s) => s.message === answer)

/** The name of what is let go of for good must be typed with this answer. */
export const needsTyping = (gate: OpenGate, answer: Answer): boolean =>
  gate.send.some((s) => s.message === answer && s.body['typed'] !== undefined)

const isOfDecommission = (gate: OpenGate): boolean => needsTyping(gate, 'approve')

/** `undefined`: the answer does not tell who the people are. */
export function isFor(gate: OpenGate, who: string, answer: Answer = 'approve'): boolean | undefined {
  const name = spelled(gate.people ?? [], who)
  if (answer === 'approve' && whyNot(gate, who) !== undefined) return false
  return gate.people?.includes(name)
}

/** Why this person may not approve it although it is their team that is asked. */
export const whyNot = (gate: OpenGate, who: string): string | undefined =>
  gate.excluded?.[spelled(gate.people ?? [], who)]

/**
 * The open gates that a person means. By id; by app and environment; or of the upgrade itself: by step (`start`,
 * `soak/gate`), by `upgrade`, or by `decommission`, which is the one where a name is typed.
 */
export function meant(gates: readonly OpenGate[], name: string, environment?: string): OpenGate[] {
  if (name.includes('@')) return gates.filter((g) => g.gate === name)
  const ofApp = gates.filter((g) => g.app === name && (environment === undefined || g.environment === environment))
  if (ofApp.length > 0 || environment !== undefined) return ofApp
  const own = gates.filter((g) => g.app === undefined)
  if (name === 'upgrade') return own
  if (name === 'decommission') return own.filter(isOfDecommission)
  return own.filter(({ gate }) => gate.startsWith(`${name}@`) || gate.startsWith(`${name}/`))
}

/** The names by which `meant` finds it. */
export function namesOf(gate: OpenGate): [name: string, environment?: string] {
  if (gate.app !== undefined) return gate.environment === undefined ? [gate.app] : [gate.app, gate.environment]
  return [isOfDecommission(gate) ? 'decommission' : gate.gate.slice(0, gate.gate.lastIndexOf('@'))]
}

/** What answers a gate: with names where they are enough, with its id where another gate has the same. */
export function commandFor(gate: OpenGate, answer: Answer, gates: readonly OpenGate[]): string {
  const names = namesOf(gate)
  const same = meant(gates, ...names).filter((g) => offers(g, answer))
  const typed = needsTyping(gate, answer) ? ' --typed <its name>' : ''
  return `norikae ${answer} ${same.length > 1 ? gate.gate : names.join(' ')}${typed}`
}
