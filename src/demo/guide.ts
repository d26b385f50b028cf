import { commandFor, isFor, namesOf, needsTyping, offers } from '../client/gates.ts'
import type { OpenGate } from '../client/shapes.ts'
import type { Answer } from '../domain/gates.ts'

/** What the demo says where nobody answers but the reader: what waits, what to type or click, what comes of it. */

/** Where the reader is. */
export interface Place {
  readonly platform: string
  readonly to: string
  /** Who asks for the upgrade. */
  readonly by: string
  /** What is deleted in the end, by name. */
  readonly blue: string
  /** Of Temporal's UI. */
  readonly ui: string
  readonly namespace: string
  readonly taskQueue: string
}

const workflowAt = ({ ui, namespace }: Place, workflowId: string): string =>
  `${ui}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`

const inJson = (body: object): string => JSON.stringify(body)

/** `env`: a file that makes a terminal know this world. */
export function welcome(place: Place, env: string): string {
  const { platform, to, by, ui, namespace, taskQueue } = place
  return [
    'Nobody answers here but you. You are everybody: the platform team (aoki, baba), team scala',
    '(chiba, doi) and team php (endo, fujita), all of them @example.com. In a second terminal, in any',
    'folder:',
    '',
    `  . ${env}`,
    `  norikae plan ${platform} --to ${to}`,
    `  norikae start ${platform} --to ${to} --as ${by}`,
    '',
    "or in Temporal's UI. The link fills its form in but for Data, which is the JSON under it. Then click",
    'Start Workflow, again where the first click only lays out the JSON:',
    '',
    `  ${ui}/namespaces/${namespace}/workflows/start-workflow?${new URLSearchParams({ workflowId: `cluster-upgrade/${platform}`, taskQueue, workflowType: 'clusterUpgrade' }).toString()}`,
    `  ${inJson({ platform, to, by })}`,
    '',
    'It begins by looking and planning; nothing is made before you approve that, too. This terminal says',
    'what waits for you, to the end. Ctrl-C here ends all of it.',
  ].join('\n')
}

/** What each answer is for. */
const meanings = {
  approve: 'go on',
  reject: 'say no',
  retry: 'try again',
  skip: 'go on without it',
  rerun: 'end it, and run it on the other side',
} as const satisfies Record<Answer, string>

const FEW = 4

/** Who may answer; somebody of its team where nobody is named. */
export const whoMay = (gate: OpenGate, answer: Answer): string =>
  gate.people?.find((name) => isFor(gate, name, answer)) ?? `<one of ${gate.who.join(', ')}>`

/** What was not open before, one passage for what one person can answer in one go: approvals of apps of one team. */
export function asked(gates: readonly OpenGate[], place: Place): string {
  const alike = Map.groupBy(
    gates.filter((g) => g.opensAt === undefined),
    (g) => (g.app !== undefined && offers(g, 'approve') ? g.who.join(' ') : `${g.workflowId} ${g.gate}`),
  )
  return [...alike.values()].map((some) => passage(some, place)).join('\n\n')
}

function passage(some: readonly OpenGate[], place: Place): string {
  const [first] = some
  const [main] = first?.send ?? []
  if (!first || !main) return ''
  const who = whoMay(first, main.message)
  const together = main.message === 'approve' && some.length > 1
  return [
    `◇ ${first.who.join(', ')} is asked to ${first.send.map((s) => s.message).join(' or ')}: ${some.map((g) => namesOf(g).join(' ')).join(', ')}`,
    ...row('what', whatOf(first)),
    ...row('then', begins(first, main.message)),
    ...row('comes back', few((first.opens?.back ?? []).map((title) => `↩ ${title}`))),
    ...(together ? row('type', [`norikae approve --all --as ${who}`]) : []),
    ...row(together ? 'or one' : 'type', together ? [typed(first, main.message, place)] : answers(first, place)),
    ...row('or plain', [
      `temporal workflow update execute --workflow-id ${first.workflowId} \\`,
      `  --name ${main.message} --input '${inJson(bodyOf(first, main.message, place))}'`,
    ]),
    ...row('or click', [
      workflowAt(place, first.workflowId),
      `More Actions → Send an Update. Name: ${main.message}. Data:`,
      inJson(bodyOf(first, main.message, place)),
      'Submit, again where the first click only lays out the JSON',
      'What waits is on the tab User Metadata, under Current Details',
    ]),
    ...hintOf(first, place),
  ].join('\n')
}

const whatOf = ({ what, problem }: OpenGate): string[] =>
  problem === undefined || what.includes(problem) ? [what] : [what, problem]

function begins(gate: OpenGate, main: Answer): string[] {
  if (gate.opens) return few(gate.opens.forward.map((title) => `→ ${title}`))
  return main === 'retry' ? ['→ it moves again, from its first step'] : []
}

/** Every answer that it takes, each with what it is for. */
const answers = (gate: OpenGate, place: Place): string[] =>
  gate.send.map(({ message }) => `${typed(gate, message, place)}   # ${meanings[message]}`)

const nameOf = (gate: OpenGate, { blue }: Place): string => (gate.app === undefined ? blue : '<its name>')

function typed(gate: OpenGate, answer: Answer, place: Place): string {
  const command = commandFor(gate, answer, [gate]).replace('<its name>', nameOf(gate, place))
  return `${command} --as ${whoMay(gate, answer)}`
}

const bodyOf = (gate: OpenGate, answer: Answer, place: Place): object => ({
  gate: gate.gate,
  by: whoMay(gate, answer),
  ...(needsTyping(gate, answer) && { typed: nameOf(gate, place) }),
})

/** Before blue is gone is the moment to see that everything can still come back. */
const hintOf = (gate: OpenGate, { blue }: Place): string[] =>
  gate.app === undefined && needsTyping(gate, 'approve')
    ? row('before', [
        `until you say so ${blue} serves whatever comes back. Try it:`,
        'norikae rollback files production --reason "it looks odd" --as endo@example.com',
      ])
    : []

const few = (lines: readonly string[]): string[] =>
  lines.length <= FEW + 1 ? [...lines] : [...lines.slice(0, FEW), `  … and ${lines.length - FEW} more`]

const row = (name: string, lines: readonly string[]): string[] =>
  lines.map((text, n) => `    ${(n === 0 ? name : '').padEnd(11)} ${text}`)
