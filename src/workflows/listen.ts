import { defineSignal, defineUpdate, setDefaultSignalHandler, setHandler } from '@temporalio/workflow'
import { plannedGates } from '../domain/asking.ts'
import { logged, no, record, refusal, type Answer, type Refusal } from '../domain/gates.ts'
import { answers, badShape, commands, isDecision, isOrder, type Command, type Order } from '../domain/messages.ts'
import { orderRefusal } from '../domain/run.ts'
import { now, show, type Office } from './office.ts'
import { failed } from './problems.ts'

interface Message {
  readonly says: string
  refuse(body: unknown): Refusal | undefined
  accept(body: unknown): void
}

/** One table of messages, each as signal (a refusal is written down) and as update (refused before anything is written). */
export function listen(office: Office, orders: Readonly<Record<Command, (order: Order) => void>>): void {
  const planned = () => office.runs.flatMap((run) => plannedGates(run, now()))
  const answering = (name: Answer): [string, Message] => [
    name,
    {
      says: `${name} a gate: {"gate": "<id>", "by": "<you>", "comment": "<why>"}`,
      refuse: (body) => (isDecision(body) ? refusal(office.desk, planned(), name, body, now()) : badShape(name, body)),
      accept: (body) => {
        if (isDecision(body)) office.desk = record(office.desk, planned(), name, body, now())
      },
    },
  ]
  const ordering = (name: Command): [string, Message] => [
    name,
    {
      says: `${name}: {${name === 'replan' ? '"app": "<app>", ' : ''}"by": "<you>", "reason": "<why>"}`,
      refuse: (body) =>
        badShape(name, body) ??
        (isOrder(body)
          ? orderRefusal(office.runs, office.desk, office.platformTeam, name, body, office.paused)
          : undefined),
      accept: (body) => {
        if (!isOrder(body)) return
        office.desk = logged(office.desk, { at: now(), message: name, body, became: 'counted' })
        orders[name](body)
      },
    },
  ]
  for (const [name, message] of [...answers.map(answering), ...commands.map(ordering)]) handle(office, name, message)
  setDefaultSignalHandler((name, body) =>
    refuseAndLog(office, name, body, no('no-such-message', `there is no message ${name}`)),
  )
}

function handle(office: Office, name: string, message: Message): void {
  const accept = (body: unknown) => {
    message.accept(body)
    show(office)
  }
  setHandler(
    defineSignal<[unknown]>(name),
    (body) => {
      const refused = message.refuse(body)
      if (refused) refuseAndLog(office, name, body, refused)
      else accept(body)
    },
    { description: message.says },
  )
  setHandler(
    defineUpdate<string, [unknown]>(name),
    (body) => {
      accept(body)
      return `${name}: noted`
    },
    {
      description: message.says,
      validator: (body) => {
        const refused = message.refuse(body)
        if (refused) throw failed(refused.code, refused.message)
      },
    },
  )
}

/** Kept short: what was refused may be anything, and as large as Temporal lets through. */
function refuseAndLog(office: Office, message: string, body: unknown, { code, message: because }: Refusal): void {
  const text = JSON.stringify(body) ?? 'nothing'
  const kept = text.length > 500 ? `${text.slice(0, 500)}…` : body
  office.desk = logged(office.desk, {
    at: now(),
    message,
    body: kept,
    became: 'refused',
    because: `${code}: ${because}`,
  })
}
