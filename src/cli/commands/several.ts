import { cutoverStatus, upgradeStatus } from '../../client/ask.ts'
import type { Temporal } from '../../client/connect.ts'
import { thePlatform } from '../../client/find.ts'
import { isFor, needsTyping, offers } from '../../client/gates.ts'
import { BadInput, NotReady } from '../../client/problems.ts'
import { lookFirst, type Said } from '../../client/say.ts'
import type { OpenGate, Overview } from '../../client/shapes.ts'
import { overview, viewOrKept } from '../../client/views.ts'
import { cutoverId, upgradeId, WITHDRAW, type CutoverStatus, type UpgradeStatus } from '../../domain/messages.ts'
import { spelled } from '../../domain/people.ts'
import type { Status } from '../../domain/status.ts'
import { inBatches, saidTo, type Batch, type Batched, type BatchOptions } from '../batches.ts'
import { whoIs } from '../output.ts'
import { where } from '../render/gates.ts'
import { withTemporal } from '../run.ts'
import { tell } from '../terminal.ts'

/** Which gates are meant by many at once. */

interface Of {
  readonly name: string
  readonly environment: string | undefined
}

/** Approves every open gate that waits for this person, of one platform or of all. What needs a name typed is left. */
export async function approveAll(options: BatchOptions): Promise<number> {
  const who = whoIs(options.as)
  return withTemporal(async (temporal) => {
    const { gates, silent } = (await (options.platform === undefined
      ? overview(temporal)
      : viewOrKept(temporal, options.platform))) satisfies Pick<Overview, 'gates' | 'silent'>
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
export async function approveAhead(
  name: string,
  environment: string | undefined,
  options: BatchOptions,
): Promise<number> {
  return withTemporal(async (temporal) => {
    const batch = await standing(temporal, 'approve', { name, environment }, options, (run, who) =>
      [
        ...run.waitingFor.filter((w) =>
          w.send.some((s) => s.message === 'approve' && (s.body['typed'] === undefined || options.typed !== undefined)),
        ),
        ...(run.toCome ?? []),
      ].filter((g) => g.people?.includes(who) && !g.approvedBy?.includes(who)),
    )
    return inBatches(temporal, 'approve', [batch], options)
  })
}

/** Takes back every approval of an app, or of the upgrade itself, that has not been used. */
export async function withdraw(name: string, environment: string | undefined, options: BatchOptions): Promise<number> {
  return withTemporal(async (temporal) => {
    const batch = await standing(temporal, WITHDRAW, { name, environment }, options, (run) =>
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
  message: Batched,
  { name, environment }: Of,
  options: BatchOptions,
  pick: (run: Status, who: string) => readonly Picked[],
): Promise<Batch> {
  const asked = whoIs(options.as)
  const platform = await thePlatform(temporal, options.platform)
  const unseen = () => keptOf(temporal, message, { platform, name, environment }, asked, options)
  const upgrade: UpgradeStatus = await lookFirst(temporal, unseen, () => upgradeStatus(temporal, platform))
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

/** Without a worker: of the open gates that Temporal has kept. What is approved of them, and what is to come, it has not. */
async function keptOf(
  temporal: Temporal,
  message: Batched,
  { platform, name, environment }: Of & { readonly platform: string },
  who: string,
  options: BatchOptions,
): Promise<Said> {
  const { gates } = await viewOrKept(temporal, platform)
  const its = gates.filter(
    (g) =>
      (g.app ?? 'upgrade') === name &&
      (environment === undefined || g.environment === environment) &&
      (message === WITHDRAW ||
        (offers(g, message) && isFor(g, who) !== false && (!needsTyping(g, message) || options.typed !== undefined))),
  )
  const lacks = message === WITHDRAW ? 'what was approved' : 'which gates are to come'
  tell(`only a worker knows ${lacks}: the signal is about the gates that are open now`)
  const workflowId = name === 'upgrade' ? upgradeId(platform) : cutoverId(platform, name)
  const ids = its.map((g) => g.gate)
  return saidTo(message, { workflowId, by: who, gates: ids.length > 0 ? ids : ['<gate>'] }, options)
}
