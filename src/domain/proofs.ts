import { milliseconds, type Duration } from './duration.ts'
import { no, type Refusal } from './gates.ts'
import { spelled } from './people.ts'
import { canonicalJson } from './plan.ts'
import { isSigned } from './signatures.ts'
import type { ToProve, Trust } from './trust.ts'

/**
 * How people prove what they say, in one text field of the message: `<kind> <run> <about> <plans> <issued> <until>
 * <evidence>`. The evidence holds for the statement: all of that, the workflow, and every other field of the message. So a
 * proof fits no other message, gate, plan or run, and no part of the message can be changed.
 */

/** Whoever reads a history must not be able to use an old one. */
export const LONGEST_VALID: Duration = '7d'
/** Clocks of people and of the worker differ. */
export const CLOCK_SKEW: Duration = '5m'

/** All but the evidence. */
export interface Header {
  readonly kind: Trust['kind']
  /** The first run of the workflow that is spoken to. */
  readonly run: string
  /** The message and what it is about: `approve:<gate>,<gate>`, `rollback:production`, `pause:`, `start:<platform>,1.36`. */
  readonly about: string
  /** Full digests of the plans whose gates are meant, in order; none for orders. */
  readonly plans: readonly string[]
  readonly issued: string
  readonly until: string
}

export interface Proof extends Header {
  /** `<key> <signature>`, or a token. */
  readonly evidence: string
}

/** What a workflow holds a proof against. */
export interface Place {
  readonly workflow: string
  readonly run: string
  /** Full digests of the plans of these gates. */
  plansOf(gates: readonly string[]): readonly string[]
  /** Whether a message with this header has counted. */
  used(header: string): boolean
}

type Body = Readonly<Record<string, unknown>>

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`
const SHAPE = new RegExp(
  String.raw`^(signed|oidc) ([\w-]{1,64}) (\S{1,6000}) (-|[0-9a-f]{64}(?:,[0-9a-f]{64})*) (${TIME}) (${TIME}) (.+)$`,
)
const EVIDENCE = {
  signed: /^ed25519:[0-9a-f]{64} [0-9a-f]{128}$/,
  // https://datatracker.ietf.org/doc/html/rfc7515#section-7.1
  oidc: /^[\w-]+\.[\w-]+\.[\w-]+$/,
} as const satisfies Record<Trust['kind'], RegExp>

export function parseProof(text: string): Proof | undefined {
  const [, kind, run = '', about = '', plans = '', issued = '', until = '', evidence = ''] = SHAPE.exec(text) ?? []
  if ((kind !== 'signed' && kind !== 'oidc') || !EVIDENCE[kind].test(evidence)) return undefined
  if ([issued, until].some((t) => Number.isNaN(Date.parse(t)))) return undefined
  return { kind, run, about, plans: plans === '-' ? [] : plans.split(','), issued, until, evidence }
}

export const headerText = ({ kind, run, about, plans, issued, until }: Header): string =>
  [kind, run, about, plans.length === 0 ? '-' : plans.join(','), issued, until].join(' ')

export const proofText = (header: Header, evidence: string): string => `${headerText(header)} ${evidence}`

/** Gates of a message, whether it names one or several. */
export const gatesIn = ({ gate, gates }: Body): readonly string[] => {
  const named: readonly unknown[] = Array.isArray(gates) ? gates : [gate]
  return named.filter((g) => typeof g === 'string')
}

/** As in a header, where a blank would end it. */
export const aboutOf = (message: string, body: Body): string => {
  const what = gatesIn(body)
  const { environment, platform, to } = body
  // Of a start: which, for who is asked for a token.
  const others: readonly unknown[] = environment === undefined ? [platform, to] : [environment]
  const named = what.length > 0 ? what : others.filter((it) => typeof it === 'string')
  return `${message}:${named.map((n) => n.replaceAll(/[\s,%]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)).join(',')}`
}

/** What a proof of this message begins with. `issued`, `until`: ISO times in UTC, with milliseconds. */
export const headerOf = (
  { kind, run }: ToProve,
  message: string,
  body: Body,
  plans: readonly string[],
  { issued, until }: { readonly issued: string; readonly until: string },
): Header => ({ kind, run, about: aboutOf(message, body), plans: [...new Set(plans)].toSorted(), issued, until })

/** The text that is signed, or whose hash a token is bound to: equal statements have equal texts, others never. */
export function statement(header: Header, workflow: string, body: Body): string {
  const { proof: _proof, ...rest } = body
  return canonicalJson(['norikae.io/v1', headerText(header), workflow, rest])
}

/** For logs: who proved it and when. Of a token only the header; what is no proof may be any secret. */
export function redacted<B>(body: B): B {
  if (typeof body !== 'object' || body === null || !('proof' in body)) return body
  const proof = typeof body.proof === 'string' ? parseProof(body.proof) : undefined
  const kept = proof === undefined ? '…' : proof.kind === 'oidc' ? `${headerText(proof)} …` : body.proof
  return { ...body, proof: kept }
}

/** The part of a kept proof by which it is known again. */
export const headerIn = (body: unknown): string | undefined => {
  if (typeof body !== 'object' || body === null || !('proof' in body) || typeof body.proof !== 'string')
    return undefined
  return body.proof.split(' ', 6).join(' ')
}

/**
 * Why a message does not prove who says it; undefined where it does, or nothing needs to be proven. Of a token only what
 * surrounds it is judged here: whether it is good is for an activity. Time is judged by `timeRefusal`.
 */
export function proofRefusal(trust: Trust | undefined, message: string, body: Body, at: Place): Refusal | undefined {
  const { proof: text, by } = body
  if (trust === undefined)
    return text === undefined
      ? undefined
      : no('proof-not-wanted', 'nobody checks proofs on this platform (trust: namespace); leave proof out')
  if (typeof text !== 'string' || text === '')
    return no('proof-missing', `this platform wants proof of who says it (trust: ${trust.kind}): ${HOW[trust.kind]}`)
  const proof = parseProof(text)
  if (!proof) return no('proof-malformed', `proof is none that norikae makes: ${HOW[trust.kind]}`)
  if (proof.kind !== trust.kind)
    return no('proof-malformed', `proof is ${proof.kind}, and this platform wants it ${trust.kind}`)
  if (proof.run !== at.run)
    return no(
      'proof-other-run',
      `it was proven for run ${proof.run}, and this is run ${at.run}: say it anew for this one`,
    )
  const about = aboutOf(message, body)
  if (proof.about !== about)
    return no('proof-other-gate', `it was proven for ${cut(proof.about)}, and this is ${cut(about)}`)
  const plans = at.plansOf(gatesIn(body))
  if (proof.plans.join(',') !== plans.join(','))
    return no(
      'proof-other-plan',
      `it was proven for plan ${short(proof.plans)}, and this is ${short(plans)}: look at the plan again`,
    )
  if (at.used(headerText(proof))) return no('proof-used', 'this very message has counted already; say it anew')
  if (trust.kind === 'oidc') return undefined
  const [key = '', signature = ''] = proof.evidence.split(' ')
  const who = typeof by === 'string' ? spelled(Object.keys(trust.keys), by) : ''
  if (!Object.hasOwn(trust.keys, who) || !trust.keys[who]?.includes(key))
    return no('proof-foreign', `${key.slice(0, 24)}… is no key of ${cut(who)} in the platform file`)
  return isSigned(statement(proof, at.workflow, body), key, signature)
    ? undefined
    : no('proof-altered', 'the signature does not fit: something of the message was changed after it was signed')
}

/**
 * Why a key that an upgrade was started with does not count any more: it was taken out of the platform file that the worker
 * keeps, `name`. Keys that were put in since are for the next upgrade. Undefined: it counts, or the file has no keys now.
 */
export function withdrawnKey(now: Trust | undefined, by: string, key: string, name: string): Refusal | undefined {
  if (now?.kind !== 'signed') return undefined
  const who = spelled(Object.keys(now.keys), by)
  return Object.hasOwn(now.keys, who) && now.keys[who]?.includes(key) === true
    ? undefined
    : no('proof-revoked', `${key.slice(0, 24)}… is no key of ${cut(by)} any more: it was taken out of ${name}`)
}

/** Whether it may be said at this time: not long before it was made, not after its end, and not for ever. */
export function timeRefusal(body: Body, now: string): Refusal | undefined {
  const proof = typeof body['proof'] === 'string' ? parseProof(body['proof']) : undefined
  if (!proof) return undefined
  const [issued, until, at] = [Date.parse(proof.issued), Date.parse(proof.until), Date.parse(now)]
  if (until < issued || until - issued > milliseconds(LONGEST_VALID))
    return no(
      'proof-malformed',
      `a proof holds for ${LONGEST_VALID} at most, and this one from ${proof.issued} to ${proof.until}`,
    )
  if (issued > at + milliseconds(CLOCK_SKEW))
    return no('proof-early', `it was proven at ${proof.issued}, and here it is ${now}: see to the clocks`)
  return at > until ? no('proof-expired', `the proof held until ${proof.until}; say it anew`) : undefined
}

const HOW = {
  signed:
    'the norikae command signs where your key is (norikae keys create); elsewhere norikae sign makes the JSON to send',
  oidc: 'the norikae command asks NORIKAE_TOKEN_COMMAND for a token; elsewhere norikae sign makes the JSON to send',
} as const satisfies Record<Trust['kind'], string>

const cut = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text)
const short = (plans: readonly string[]): string => plans.map((p) => p.slice(0, 8)).join(', ') || 'none'
