import type { Said } from './board.ts'
import type { Notice } from './notices.ts'
import { sides } from './plan.ts'
import type { Status } from './status.ts'

/**
 * A notice as Slack shows it. What others wrote (an error, a comment, a name) stands in rich text elements, in which Slack
 * reads no mark-up and no mention: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block. The plain `text`,
 * which notifications and screen readers use, is mark-up, so there it is escaped.
 */
export interface ChatMessage {
  readonly text: string
  readonly blocks: readonly Block[]
}

export interface Block {
  readonly type: 'rich_text'
  readonly elements: readonly (
    | { readonly type: 'rich_text_section'; readonly elements: readonly Piece[] }
    | { readonly type: 'rich_text_preformatted'; readonly elements: readonly Piece[] }
  )[]
}

type Piece =
  | { readonly type: 'text'; readonly text: string; readonly style?: { readonly bold?: true; readonly code?: true } }
  | { readonly type: 'link'; readonly url: string; readonly text: string }

/** `url`: the workflow in Temporal's UI, where that is known. */
export const chatMessage = (says: Said, url?: string): ChatMessage =>
  says.kind === 'headline'
    ? written([section(bold(says.text)), ...footer(url)], says.text)
    : says.settled
      ? settled(says.notice, says.settled, url)
      : asking(says.notice, url)

function asking(notice: Notice, url: string | undefined): ChatMessage {
  const { title, teams, waiting, missing = [], evidence = [] } = notice
  const head = `${headings[notice.about](teams.join(', '))}: ${subject(notice)}`
  const seen = [
    ...(waiting?.differing ?? []).map((what) => `other images: ${what}`),
    ...(waiting?.hazards ?? []).map((what) => `Argo CD: ${what}`),
  ]
  const send = waiting?.send ?? []
  const typed = (body: Readonly<Record<string, string>>) => (body['typed'] === undefined ? '' : ' --typed <its name>')
  const commands = send.map(
    ({ message, body }) => `norikae ${message} ${body['gate']}${typed(body)} --platform ${notice.platform} --as <you>`,
  )
  return written(
    [
      section(bold(head)),
      section(plain(title)),
      ...[...evidence, ...seen].map((line) => section(plain(`• ${line}`))),
      ...(waiting ? [section(plain(`${waiting.needs}, since ${waiting.since}`))] : []),
      ...(missing.length > 0 ? [section(plain(`not answered yet: ${missing.join(', ')}`))] : []),
      ...(commands.length > 0 ? [preformatted(commands.join('\n'))] : []),
      ...(send.length > 0
        ? [
            section(plain('or, as an update or a signal in Temporal’s UI:')),
            preformatted(send.map(({ message, body }) => `${message} ${JSON.stringify(body)}`).join('\n')),
          ]
        : []),
      ...footer(url),
    ],
    `${head}: ${title}`,
  )
}

function settled(notice: Notice, { title, at }: Notice, url: string | undefined): ChatMessage {
  const head = `✔ ${subject(notice)}: ${title}`
  return written([section(bold(head)), section(plain(notice.title)), section(plain(at)), ...footer(url)], head)
}

const headings: Readonly<Record<Notice['about'], (teams: string) => string>> = {
  gate: (teams) => `${teams} ${verb(teams)} asked`,
  reminder: (teams) => `${teams} ${verb(teams)} still waited for`,
  deploy: (teams) => `${teams} ${verb(teams)} waited for`,
  contested: () => 'a route is contested',
  blind: () => 'nobody watches',
  held: () => 'the others wait',
  breaches: () => 'several breach at once',
  'went-back': () => 'back on blue',
  settled: () => 'settled',
  ended: () => 'ended',
  announced: () => 'announced',
  'called-off': () => 'called off',
  'schedule-paused': () => 'the schedule is paused',
}

const verb = (teams: string): string => (teams.includes(',') ? 'are' : 'is')

const subject = ({ platform, app, environment }: Notice): string =>
  app === undefined ? platform : [app, environment].filter((name) => name !== undefined).join(' ')

const plain = (text: string): Piece => ({ type: 'text', text: shortened(text) })
const bold = (text: string): Piece => ({ type: 'text', text: shortened(text), style: { bold: true } })
const link = (url: string): Piece => ({ type: 'link', url, text: 'open it in Temporal' })
const section = (...elements: readonly Piece[]) => ({ type: 'rich_text_section', elements }) as const
const preformatted = (text: string) => ({ type: 'rich_text_preformatted', elements: [plain(text)] }) as const
const footer = (url: string | undefined) => (url === undefined ? [] : [section(link(url))])

const written = (elements: Block['elements'], text: string): ChatMessage => ({
  text: escaped(text.length > NOTIFIED ? `${text.slice(0, NOTIFIED)}…` : text),
  blocks: [{ type: 'rich_text', elements: elements.reduce(joined, []) }],
})

/** A line for each section: Slack begins none by itself. */
function joined(before: Block['elements'], next: Block['elements'][number]): Block['elements'] {
  const last = before.at(-1)
  return last?.type === 'rich_text_section' && next.type === 'rich_text_section'
    ? [...before.slice(0, -1), section(...last.elements, plain('\n'), ...next.elements)]
    : [...before, next]
}

/** What fits on the screen of a phone. */
const NOTIFIED = 300
/** As blocks of other kinds have it; Slack names none for these. */
const LONGEST = 3000
const shortened = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text)

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** How a workflow stands, in one line for the beginning of its thread. No time is in it: it is compared. */
export function headline(all: readonly Status[]): string {
  const [first] = all
  if (!first) return ''
  const { platform, app, team } = first.subject
  const name = app === undefined ? `${platform}: ${sides(first.subject)}` : `${app} (${team}), ${platform}`
  const states = all.map((s) => {
    const teams = [...new Set([...s.waitingFor.flatMap((w) => w.who), ...(s.awaits ?? [])])]
    const is = s.state === 'waiting' || s.awaits ? `waiting for ${teams.join(', ')}` : s.state
    return s.subject.environment === undefined ? `${s.phase}, ${is}` : `${s.subject.environment} ${is}`
  })
  return [name, ...states].join(' · ')
}
