import { defineSignal, defineUpdate, setDefaultSignalHandler, setHandler } from '@temporalio/workflow'
import { actRefusal, recordAct, withdrawalRefusal, withdrawn } from '../domain/acts.ts'
import { plannedGates } from '../domain/asking.ts'
import { logged, no, type Answer, type Refusal } from '../domain/gates.ts'
import {
  answers,
  badShape,
  commands,
  isAct,
  isOrder,
  WITHDRAW,
  type Command,
  type MessageName,
  type Order,
} from '../domain/messages.ts'
import { redacted } from '../domain/proofs.ts'
import { orderRefusal } from '../domain/run.ts'
import { evidence, type Evidence } from './evidence.ts'
import { now, show, type Office } from './office.ts'
import { failed } from './problems.ts'

interface Message {
  readonly name: MessageName
  readonly says: string
  refuse(body: unknown): Refusal | undefined
  /** What only the outside tells of it, where that has to be asked. */
  outside?(body: unknown, pace: 'glance' | 'quick'): (() => Promise<Refusal | undefined>) | undefined
  accept(body: unknown): void
}

/** Of an order, why it cannot be done, as only the outside tells; undefined: nothing has to be asked. */
export type Beforehand = (order: Order, pace: 'glance' | 'quick') => (() => Promise<Refusal | undefined>) | undefined

/** One table of messages, each as signal (a refusal is written down) and as update (refused before anything is written). */
export function listen(
  office: Office,
  orders: Readonly<Record<Command, (order: Order) => void>>,
  beforehand: Partial<Readonly<Record<Command, Beforehand>>> = {},
): void {
  const planned = () => office.runs.flatMap((run) => plannedGates(run, now()))
  const answering = (name: Answer): Message => ({
    name,
    says: `${name} a gate: {"gate": "<id>", "by": "<you>", "comment": "<why>"}`,
    refuse: (body) =>
      isAct(name, body) ? actRefusal(office.desk, planned(), name, body, now()) : badShape(name, body),
    accept: (body) => {
      if (isAct(name, body)) office.desk = recordAct(office.desk, planned(), name, redacted(body), now())
    },
  })
  const withdrawing: Message = {
    name: WITHDRAW,
    says: 'take back what was approved and not used: {"gate": "<id>", "by": "<you>", "comment": "<why>"}',
    refuse: (body) =>
      isAct(WITHDRAW, body) ? withdrawalRefusal(office.desk, planned(), body) : badShape(WITHDRAW, body),
    accept: (body) => {
      if (isAct(WITHDRAW, body)) office.desk = withdrawn(office.desk, redacted(body), now())
    },
  }
  const ordering = (name: Command): Message => ({
    name,
    says: `${name}: {${name === 'replan' ? '"app": "<app>", ' : ''}"by": "<you>", "reason": "<why>"}`,
    refuse: (body) =>
      badShape(name, body) ??
      (isOrder(body)
        ? orderRefusal(office.runs, office.desk, office.platformTeam, name, body, office.paused)
        : undefined),
    outside: (body, pace) => (isOrder(body) ? beforehand[name]?.(body, pace) : undefined),
    accept: (body) => {
      if (!isOrder(body)) return
      const order = redacted(body)
      office.desk = logged(office.desk, { at: now(), message: name, body: order, became: 'counted' })
      orders[name](order)
    },
  })
  const proven = evidence(office)
  const inLine = aLine()
  for (const message of [...answers.map(answering), withdrawing, ...commands.map(ordering)])
    handle(office, message, proven, inLine)
  setDefaultSignalHandler((name, body) =>
    refuseAndLog(office, name, body, no('no-such-message', `there is no message ${name}`)),
  )
}

type Line = <T>(work: () => Promise<T>) => Promise<T>

/** One after the other, in the order in which they came: what is said to a gate rests on what was said before. */
function aLine(): Line {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
}

/** Whether it counts is asked again after every wait: much may have happened meanwhile. */
function handle(office: Office, message: Message, proven: Evidence, inLine: Line): void {
  const { name } = message
  const accept = (body: unknown) => {
    message.accept(body)
    show(office)
  }
  const noted = (body: unknown): string => {
    accept(body)
    return `${name}: noted`
  }
  /** A forged one was refused by the validator. Whether a token is good, a key still counts, or it can be done, is asked about. */
  const checked = async (body: unknown): Promise<string> => {
    const refused = await judged(body, 'glance')
    if (!refused) return noted(body)
    refuseAndLog(office, name, body, refused)
    throw failed(refused.code, refused.message)
  }
  const refusal = (body: unknown) => message.refuse(body) ?? proven.refusal(name, body)
  const judged = async (body: unknown, pace: 'glance' | 'quick') =>
    refusal(body) ??
    (await proven.outside(name, body, pace)) ??
    (await message.outside?.(body, pace)?.()) ??
    refusal(body)
  const isPlain = (body: unknown) => office.trust === undefined && message.outside?.(body, 'glance') === undefined
  setHandler(
    defineSignal<[unknown]>(name),
    (body) => {
      const heard = (refused: Refusal | undefined) =>
        refused ? refuseAndLog(office, name, body, refused) : accept(body)
      if (isPlain(body)) return heard(refusal(body))
      // Whoever sent it has gone, and may have been waiting for a worker: it is asked about for longer.
      return inLine(async () => heard(await judged(body, 'quick')))
    },
    { description: message.says },
  )
  setHandler(
    defineUpdate<string, [unknown]>(name),
    (body) => (isPlain(body) ? noted(body) : inLine(() => checked(body))),
    {
      description: message.says,
      validator: (body) => {
        const refused = refusal(body) ?? proven.late(body, now())
        if (refused) throw failed(refused.code, refused.message)
      },
    },
  )
}

/** Kept short: what was refused may be anything, and as large as Temporal lets through. */
function refuseAndLog(office: Office, message: string, body: unknown, { code, message: because }: Refusal): void {
  const shown = redacted(body)
  const text = JSON.stringify(shown) ?? 'nothing'
  const kept = text.length > 500 ? `${text.slice(0, 500)}…` : shown
  office.desk = logged(office.desk, {
    at: now(),
    message,
    body: kept,
    became: 'refused',
    because: `${code}: ${because}`,
  })
}
