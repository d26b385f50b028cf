import { cutoverStatus, upgradeStatus } from '../../client/ask.ts'
import type { Temporal } from '../../client/connect.ts'
import { thePlatform } from '../../client/find.ts'
import { isFor, needsTyping, offers } from '../../client/gates.ts'
import { BadInput, NotReady, Refused } from '../../client/problems.ts'
import { say } from '../../client/say.ts'
import type { Batches, Done, OpenGate, Overview } from '../../client/shapes.ts'
import { overview, viewOf } from '../../client/views.ts'
import { cutoverId, upgradeId, WITHDRAW, type CutoverStatus, type UpgradeStatus } from '../../domain/messages.ts'
import { spelled } from '../../domain/people.ts'
import type { Status } from '../../domain/status.ts'
import type { ToProve } from '../../domain/trust.ts'
import { exit } from '../exit-codes.ts'
import { print, whoIs, type Shape } from '../output.ts'
import { agree } from '../prompt.ts'
import { proven } from '../prove.ts'
import { where } from '../render/gates.ts'
import { many } from '../render/words.ts'
import { withTemporal } from '../run.ts'
import { tell } from '../terminal.ts'

/** Several gates at once: one message a workflow, which counts for all of them or for none. */

interface Options {
  readonly platform?: string | undefined
  readonly as?: string | undefined
  readonly yes?: true | undefined
  readonly comment?: string | undefined
  readonly typed?: string | undefined
  readonly notBefore?: string | undefined
  readonly notAfter?: string | undefined
  readonly output: Shape
}

/** What is said to one workflow. */
interface Batch {
  readonly platform: string
  readonly workflowId: string
  readonly app?: string
  readonly proves?: ToProve
  readonly gates: readonly { readonly id: string; readonly what: string; readonly digest: string }[]
  /** As the platform file writes who says it. */
  readonly by: string
}

/** Approves every open gate that waits for this person, of one platform or of all. What needs a name typed is left. */
export async function approveAll(options: Options): Promise<number> {
  const who = whoIs(options.as)
  return withTemporal(async (temporal) => {
    const { gates, silent } = (await (options.platform === undefined
      ? overview(temporal)
      : viewOf(temporal, options.platform))) satisfies Pick<Overview, 'gates' | 'silent'>
    if (silent !== undefined && gates.length === 0) throw new NotReady('no-worker', silent)
    if (silent !== undefined) tell(silent)
    const mine = gates.filter((g) => offers(g, 'approve') && isFor(g, who) === true && !hasApproved(g, who))
    for (const gate of mine.filter((g) => needsTyping(g, 'approve')))
      tell(`left out, because a name must be typed: norikae approve ${where(gate)}`)
    return inBatches(
      temporal,
      'approve',
      batched(
        mine.filter((g) => !needsTyping(g, 'approve')),
        who,
      ),
      options,
    )
  })
}

/** Approves all that an app's team, or of the upgrade itself the platform team, is and will be asked. */
export async function approveAhead(name: string, environment: string | undefined, options: Options): Promise<number> {
  return withTemporal(async (temporal) => {
    const batch = await standing(temporal, name, environment, options, (run, who) =>
      [
        ...run.waitingFor
          .filter((w) => w.send.some((s) => s.message === 'approve'))
          .map((w) => ({ ...w, typed: w.send.some((s) => s.message === 'approve' && s.body['typed'] !== undefined) })),
        ...(run.toCome ?? []),
      ].filter(
        (g) => g.people?.includes(who) && !g.approvedBy?.includes(who) && (!g.typed || options.typed !== undefined),
      ),
    )
    return inBatches(temporal, 'approve', [batch], options)
  })
}

/** Takes back every approval of an app, or of the upgrade itself, that has not been used. */
export async function withdraw(name: string, environment: string | undefined, options: Options): Promise<number> {
  return withTemporal(async (temporal) => {
    const batch = await standing(temporal, name, environment, options, (run) =>
      [...run.waitingFor, ...(run.toCome ?? [])].filter((g) => (g.approvedBy ?? []).length > 0),
    )
    return inBatches(temporal, WITHDRAW, [batch], options)
  })
}

const hasApproved = (gate: OpenGate, who: string): boolean =>
  gate.approvedBy?.includes(spelled(gate.people ?? [], who)) ?? false

function batched(gates: readonly OpenGate[], who: string): Batch[] {
  const ids = [...new Set(gates.map((g) => g.workflowId))]
  return ids.flatMap((workflowId) => {
    const its = gates.filter((g) => g.workflowId === workflowId)
    const [first] = its
    if (!first) return []
    const { platform, app, proves } = first
    return {
      platform,
      workflowId,
      by: spelled(first.people ?? [], who),
      ...(app !== undefined && { app }),
      ...(proves && { proves }),
      gates: its.map((g) => ({ id: g.gate, what: `${where(g)}: ${g.what}`, digest: g.digest })),
    }
  })
}

type Picked = Pick<Status['waitingFor'][number], 'gate' | 'what'>

/** What is picked of the runs of one workflow: an app by its name, or `upgrade`. */
async function standing(
  temporal: Temporal,
  name: string,
  environment: string | undefined,
  options: Options,
  pick: (run: Status, who: string) => readonly Picked[],
): Promise<Batch> {
  const asked = whoIs(options.as)
  const platform = await thePlatform(temporal, options.platform)
  const upgrade: UpgradeStatus = await upgradeStatus(temporal, platform)
  const ofApp = name !== 'upgrade'
  if (ofApp && !upgrade.apps.some((a) => a.app === name))
    throw new BadInput(
      `${platform} has no app ${name}; write one of ${upgrade.apps.map((a) => a.app).join(', ')}, or upgrade`,
    )
  const workflowId = ofApp ? cutoverId(platform, name) : upgradeId(platform)
  const cutover: CutoverStatus | undefined = ofApp ? await cutoverStatus(temporal, workflowId) : undefined
  const runs = (cutover?.runs ?? (upgrade.run ? [upgrade.run] : [])).filter(
    (r) => environment === undefined || r.subject.environment === environment,
  )
  const people = runs.flatMap((r) => [...r.waitingFor, ...(r.toCome ?? [])]).flatMap((g) => g.people ?? [])
  const by = spelled(people, asked)
  const proves = (cutover ?? upgrade).proves
  return {
    platform,
    workflowId,
    by,
    ...(ofApp && { app: name }),
    ...(proves && { proves }),
    gates: runs.flatMap((run) =>
      pick(run, by).map((g) => ({
        id: g.gate,
        what: `${[...(ofApp ? [name] : []), ...(run.subject.environment === undefined ? [] : [run.subject.environment])].join(' ')}: ${g.what}`,
        digest: run.digest,
      })),
    ),
  }
}

const past = { approve: 'approved', withdraw: 'withdrawn' } as const

/** Shows all, asks once, and says one message to each workflow; what one refuses does not keep the others. */
async function inBatches(
  temporal: Temporal,
  message: 'approve' | 'withdraw',
  batches: readonly Batch[],
  options: Options,
): Promise<number> {
  const all = batches.flatMap((b) => b.gates)
  if (all.length === 0) {
    tell(`there is nothing to ${message === 'approve' ? 'approve for you' : 'withdraw'}; nothing was changed`)
    return options.output === 'table' || options.output === 'wide'
      ? exit.done
      : told({ done: [], refused: [] }, options)
  }
  for (const { id, what } of all) tell(`  ${what} (${id})`)
  await agree(
    `${message === 'approve' ? 'Approve' : 'Withdraw what was approved for'} ${many(all.length, 'gate')}?`,
    options.yes,
  )
  const refused: Batches['refused'][number][] = []
  const done: Done[] = []
  for (const batch of batches.filter((b) => b.gates.length > 0)) {
    const { platform, workflowId, app, by, gates, proves } = batch
    const ids = gates.map((g) => g.id)
    const { comment, typed, notBefore, notAfter } = options
    const more = message === 'approve' ? { comment, typed, notBefore, notAfter } : { comment }
    const body = {
      ...(ids.length === 1 ? { gate: ids[0] ?? '' } : { gates: ids }),
      by,
      ...Object.fromEntries(
        Object.entries(more).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
      ),
    }
    const digests = gates.map((g) => g.digest)
    try {
      await say(temporal, await proven({ workflowId, message, body }, proves, digests))
      done.push({
        did: message,
        platform,
        workflowId,
        by,
        gates: ids,
        ...(app !== undefined && { app }),
        message: `✔ ${past[message]} ${many(ids.length, 'gate')} of ${app ?? platform} (${ids.join(', ')}, as ${by})`,
      })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      refused.push({ workflowId, gates: ids, code: error.code, message: error.message })
    }
  }
  return told({ done, refused }, options)
}

async function told(batches: Batches, { output }: Options): Promise<number> {
  await print(batches, output, {
    table: () => batches.done.map((it) => it.message).join('\n'),
    names: () => batches.done.flatMap((it) => it.gates ?? []),
  })
  for (const { code, message } of batches.refused) tell(`✖ refused (${code}): ${message}`)
  return batches.refused.length > 0 ? exit.refused : exit.done
}
