import { blocker } from '../../src/domain/findings.ts'
import { dated } from '../../src/domain/days.ts'
import { grouped } from '../../src/domain/groups.ts'
import type { UpgradeStatus } from '../../src/domain/messages.ts'
import type { App, Platform } from '../../src/domain/platform.ts'
import { scheduleId } from '../../src/domain/scheduled.ts'
import type { Trust } from '../../src/domain/trust.ts'
import { waived } from '../../src/domain/waivers.ts'
import { anApp, anEnvironment, byArgo, rule, workload } from '../support/builders.ts'
import type { Trial } from '../support/server.ts'
import { aSigner, signedBy, withToken } from '../support/signing.ts'

/** What every release must be able to go on with, each walked once by a real run (`npm run record`). */
export interface Path {
  /** Whose histories are kept beside the upgrade's. */
  readonly of: readonly string[]
  /** The schedule's own too. */
  readonly scheduled?: true
  /** What its platform has other than most. */
  readonly platform?: Partial<Platform>
  walk(trial: Trial): Promise<void>
}

/** A history is to be read: fewer environments where one shows it. */
const production = (more: Parameters<typeof anEnvironment>[1] = {}) =>
  anEnvironment('production', { gate: rule('scala', { exclude: ['requester'] }), ...more })
const one = (more: Parameters<typeof anApp>[1] = {}): App => anApp('api', { environments: [production()], ...more })
const api: Path = { of: ['api'], platform: { apps: [one()] }, walk: async () => undefined }
export const apps = [anApp('api'), anApp('mail', { dependsOn: ['api'] })]
const external = anApp('api', { deploy: 'external', environments: anApp('api').environments.slice(-1) })

const aoki = aSigner()
const chiba = aSigner()
const signed: Trust = { kind: 'signed', keys: { aoki: [aoki.publicKey], chiba: [chiba.publicKey] } }
const oidc: Trust = { kind: 'oidc', issuer: 'https://login', audience: 'norikae', claim: 'email' }
async function toProve(trial: Trial, app: string | undefined, body: { readonly gate: string; readonly by: string }) {
  const seen = await trial.see(app)
  const { proves } = seen as unknown as Pick<UpgradeStatus, 'proves'> // both statuses have it
  const { runs } = seen
  const plans = runs.map((r) => r.digest).filter((digest) => body.gate.includes(`@${digest.slice(0, 8)}`))
  const { workflowId } = trial.handle(app)
  return { message: 'approve', workflow: workflowId, run: proves?.run ?? '', body: { ...body }, plans }
}
/** Opens in some hours, whenever it is asked: whoever does not want to wait says so. */
function laterToday(): string {
  const clock = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16)
  return `${clock(5)}-${clock(8)}`
}

/** All of api's gates are approved, and blue is removed. */
async function toTheEnd(trial: Trial): Promise<void> {
  await trial.approveApps()
  await trial.onGreen('api')
  await trial.decommission()
}

export const paths: Readonly<Record<string, Path>> = {
  'rollback-and-retry': {
    of: ['api', 'mail'],
    async walk(trial) {
      await trial.start()
      await trial.approveApps()
      await trial.onGreen('api')
      trial.outside.breaching.add('api/production')
      const gate = await trial.gate('api', 'retry', 'production@')
      trial.outside.breaching.clear()
      await trial.say('api', 'retry', { gate, by: 'doi' })
      await trial.approveApps(['api'])
      await trial.decommission()
    },
  },
  abort: {
    of: ['api', 'mail'],
    async walk(trial) {
      await trial.start()
      await trial.approveApps(['api'])
      await trial.onGreen('api')
      await trial.gate('mail', 'approve', 'production/gate@')
      await trial.say(undefined, 'abort', { by: 'baba', reason: 'not today' })
    },
  },
  'troubles-and-answers': {
    of: ['api'],
    async walk(trial) {
      trial.outside.faults.set('upgrade:nodegroup/b/create', { times: 1, type: 'QuotaExceeded' })
      trial.outside.faults.set('upgrade:verify/objects/scala/1', { times: 1, type: 'Failed' })
      trial.outside.blueVerdict = 'fail'
      await trial.start()
      await trial.say(undefined, 'retry', { gate: await trial.gate(undefined, 'retry', 'nodegroup/b'), by: 'baba' })
      await trial.signal(undefined, 'skip', {
        gate: await trial.gate(undefined, 'skip', 'verify/objects/scala/1@'),
        by: 'baba',
      })
      await trial.signal('api', 'approve', { gate: 'production/gate@00000000.1', by: 'mallory' }).catch(() => undefined)
      await trial.approveApps(['api'])
      await trial.onGreen('api')
      trial.outside.breaching.add('api/production')
      const held = await trial.gate('api', 'retry', 'production@')
      trial.outside.breaching.clear()
      await trial.say('api', 'retry', { gate: held, by: 'doi' })
      await trial.say(undefined, 'reject', { gate: await trial.gate(undefined, 'reject', 'soak/gate@'), by: 'baba' })
      await trial.say(undefined, 'retry', {
        gate: await trial.gate(undefined, 'retry', 'soak/gate/again@'),
        by: 'baba',
      })
      await trial.say('api', 'rollback', { by: 'doi', reason: 'late', environment: 'test' })
      await trial.say('api', 'retry', { gate: await trial.gate('api', 'retry', 'test@'), by: 'doi' })
      await trial.onGreen('api', 'test')
      await trial.decommission()
    },
  },
  'deployed-by-others': {
    of: ['api'],
    platform: { apps: [external] },
    async walk(trial) {
      const holds = new Set(['api:production/deployed'])
      trial.outside.holds = holds
      trial.outside.differing = ['Deployment/shop/web: web:2 on blue, web:1 on green']
      trial.outside.faults.set('api:production/route/web/100', { times: 1, type: 'Failed' })
      const waits = async () => (await trial.run('api', 'production'))?.awaits !== undefined
      await trial.start()
      await trial.until('it waits to be deployed', waits)
      await trial.say('api', 'rollback', { by: 'doi', reason: 'not now', environment: 'production' })
      await trial.say('api', 'retry', { gate: await trial.gate('api', 'retry', 'production@'), by: 'doi' })
      await trial.until('it waits to be deployed again', waits)
      holds.clear()
      // Who approves before that is known approves something else, and is asked again.
      await trial.until('it says what differs', async () => (await trial.waiting('api')).some((w) => w.differing))
      await trial.approveApps(['api'])
      await trial.say('api', 'retry', { gate: await trial.gate('api', 'retry', 'production@'), by: 'doi' })
      await trial.onGreen('api')
      await trial.decommission()
    },
  },
  blocked: {
    of: [],
    walk: async () => undefined,
  },
  paused: {
    of: [],
    async walk(trial) {
      const holds = new Set(['upgrade:cluster/create'])
      trial.outside.holds = holds
      await trial.start()
      await trial.until('it builds', async () => (await trial.see()).runs[0]?.phase === 'provision')
      await trial.say(undefined, 'pause', { by: 'baba' })
      holds.clear()
      await trial.until('it waits', async () => (await trial.see()).runs[0]?.state === 'paused')
      await trial.say(undefined, 'resume', { by: 'baba' })
      await trial.gate('api', 'approve', 'production/gate@')
      await trial.handle().cancel()
    },
  },
  rejected: {
    of: [],
    async walk(trial) {
      await trial.say(undefined, 'reject', { gate: await trial.gate(undefined, 'reject', 'start@'), by: 'baba' })
    },
  },
  waived: {
    of: [],
    async walk(trial) {
      await trial.say(undefined, 'reject', { gate: await trial.gate(undefined, 'reject', 'start@'), by: 'baba' })
    },
  },
  replanned: {
    of: ['api', 'web'],
    platform: { apps: [anApp('api')] },
    async walk(trial) {
      await trial.start()
      await trial.gate('api', 'approve', 'production/gate@')
      trial.outside.onBlue = [anApp('api'), one({ name: 'web' })]
      await trial.say(undefined, 'replan', { app: 'web', by: 'baba', reason: 'it was born yesterday' })
      await trial.approveApps(['api'])
      await trial.approveApps(['web'])
      await trial.onGreen('web')
      await trial.decommission()
    },
  },
  signed: {
    ...api,
    platform: { apps: [one()], trust: signed },
    async walk(trial) {
      const start = { gate: await trial.gate(undefined, 'approve', 'start@'), by: 'aoki' }
      await trial.signal(undefined, 'approve', start) // without a proof: written down as refused
      await trial.say(undefined, 'approve', signedBy(aoki, await toProve(trial, undefined, start)))
      const gate = { gate: await trial.gate('api', 'approve', 'production/gate@'), by: 'chiba' }
      await trial.signal('api', 'approve', signedBy(chiba, await toProve(trial, 'api', gate)))
      await trial.onGreen('api')
      await trial.handle().cancel()
    },
  },
  'by-token': {
    ...api,
    platform: { apps: [one()], trust: oidc },
    async walk(trial) {
      const proven = async (app: string | undefined, body: { gate: string; by: string }) =>
        withToken(() => 'head.secret.sign', await toProve(trial, app, body))
      const start = { gate: await trial.gate(undefined, 'approve', 'start@'), by: 'aoki' }
      await trial.say(undefined, 'approve', await proven(undefined, start))
      const gate = { gate: await trial.gate('api', 'approve', 'production/gate@'), by: 'chiba' }
      await trial.signal('api', 'approve', await proven('api', gate))
      await trial.onGreen('api')
      await trial.handle().cancel()
    },
  },
  'approved-ahead': {
    of: ['api'],
    platform: { apps: [one({ environments: ['test', 'production'].map((name) => production({ name })) })] },
    async walk(trial) {
      await trial.start()
      await trial.gate('api', 'approve', 'test/gate@')
      const gates = (await trial.see('api')).runs
        .flatMap((r) => [...r.waitingFor, ...(r.toCome ?? [])])
        .map((g) => g.gate)
      await trial.say('api', 'approve', { gates, by: 'chiba' })
      await trial.say('api', 'withdraw', { gate: gates[1], by: 'doi', comment: 'a release comes' })
      const gate = await trial.gate('api', 'approve', 'production/gate@')
      await trial.say('api', 'approve', { gate, by: 'chiba', notBefore: '2099-01-01T00:00:00Z' })
      await trial.say('api', 'withdraw', { gate, by: 'doi' })
      await trial.say('api', 'approve', { gate, by: 'chiba' })
      await trial.onGreen('api')
      await trial.decommission()
    },
  },
  'hours-and-windows': {
    ...api,
    platform: {
      apps: [
        one({
          environments: [
            production({ handovers: { 'CronJob/shop/invoices': { class: 'schedule', window: [laterToday()] } } }),
          ],
        }),
      ],
      calendar: { timeZone: 'UTC', hours: [laterToday()], closed: [] },
    },
    async walk(trial) {
      await trial.start()
      await trial.until('no turn is given', async () => (await trial.peek())?.held !== undefined)
      // Its hours have come; they are looked at again when it goes on.
      trial.outside.opened = true
      for (const word of ['pause', 'resume']) await trial.say(undefined, word, { by: 'baba' })
      await trial.until('it has its turn', async () => (await trial.standing('api')) === 'moving')
      trial.outside.opened = false
      await trial.approveApps()
      const gate = await trial.gate('api', 'skip', 'production/shop/cronjob/invoices/')
      await trial.say('api', 'skip', { gate, by: 'chiba' })
      await trial.onGreen('api')
      await trial.say(undefined, 'abort', { by: 'baba', reason: 'not today' })
    },
  },
  'a-deadline': {
    ...api,
    platform: {
      apps: [one()],
      teams: { sre: { approvers: ['aoki', 'baba'] }, scala: { approvers: ['chiba', 'doi'], deadline: '1s' } },
    },
    async walk(trial) {
      await trial.start()
      const gate = await trial.gate('api', 'approve', 'production/gate@')
      const answers = () =>
        trial.say('api', 'approve', { gate, by: 'baba' }).then(
          () => true,
          () => false,
        )
      await trial.until('the platform team may answer', answers)
      await trial.onGreen('api')
      await trial.handle().cancel()
    },
  },
  expired: {
    ...api,
    platform: {
      apps: [one({ environments: [production({ gate: rule('scala', { expires: '4s', exclude: ['requester'] }) })] })],
      teams: {
        sre: { approvers: ['aoki', 'baba'] },
        scala: { approvers: ['chiba', 'doi'], remindEvery: '1s' },
      },
    },
    async walk(trial) {
      await trial.start()
      // Nobody answers, though they are reminded.
      await trial.say('api', 'retry', { gate: await trial.gate('api', 'retry', 'production@'), by: 'chiba' })
      await trial.approveApps()
      await trial.onGreen('api')
      await trial.handle().cancel()
    },
  },
  'a-choice': {
    ...api,
    async walk(trial) {
      const step = 'production/shop/cronjob/invoices/suspend-blue'
      trial.outside.faults.set(`api:${step}`, { times: 1, type: 'Busy', message: 'invoices-1 still runs' })
      await trial.start()
      await trial.approveApps()
      await trial.say('api', 'rerun', { gate: await trial.gate('api', 'rerun', `${step}@`), by: 'chiba' })
      await trial.onGreen('api')
      await trial.decommission()
    },
  },
  terminated: {
    ...api,
    async walk(trial) {
      await trial.start()
      await trial.gate('api', 'approve', 'production/gate@')
      await trial.handle('api').terminate()
      await trial.say(undefined, 'retry', { gate: await trial.gate(undefined, 'retry', 'app/api@'), by: 'baba' })
      // What was terminated still answers, and says what it was waiting for.
      const runs = async () => (await trial.handle('api').describe()).status.name === 'RUNNING'
      await trial.until('another one asks', async () => (await runs()) && (await trial.waiting('api')).length > 0)
      await trial.approveApps()
      await trial.decommission()
    },
  },
  'copied-volumes': {
    ...api,
    platform: {
      apps: [
        one({
          environments: [
            production({
              handovers: {
                'StatefulSet/shop/db': { class: 'stateful', by: 'copy', lossOnReturn: 'orders of the day' },
              },
            }),
          ],
        }),
      ],
    },
    async walk(trial) {
      trial.outside.workloads = [workload('StatefulSet', 'db', { hasVolumes: true })]
      for (const set of [trial.outside.world.once, trial.outside.world.copied]) set.add('db')
      const loss = 'production/shop/statefulset/db/accept-loss'
      await trial.start()
      await trial.approveApps()
      await trial.onGreen('api')
      await trial.say('api', 'rollback', { by: 'doi', reason: 'slow', environment: 'production' })
      await trial.say('api', 'reject', { gate: await trial.gate('api', 'approve', `${loss}@`), by: 'chiba' })
      await trial.say('api', 'retry', { gate: await trial.gate('api', 'retry', `${loss}/again@`), by: 'chiba' })
      await trial.say('api', 'approve', {
        gate: await trial.gate('api', 'approve', `${loss}@`),
        by: 'chiba',
        typed: 'db',
      })
      await trial.say('api', 'retry', { gate: await trial.gate('api', 'retry', 'production@'), by: 'doi' })
      await toTheEnd(trial)
    },
  },
  argocd: {
    ...api,
    platform: { apps: [one({ deploy: 'argocd', environments: [production({ argocd: byArgo })] })] },
    async walk(trial) {
      trial.outside.faults.set('api:production/argocd/sync', { times: 1, type: 'Failed' })
      await trial.start()
      await trial.say('api', 'retry', { gate: await trial.gate('api', 'retry', 'production@'), by: 'doi' })
      await toTheEnd(trial)
    },
  },
  contested: {
    ...api,
    async walk(trial) {
      const step = 'api:production/route/web/100'
      trial.outside.faults.set(step, { times: 1, type: 'Claimed', message: 'flagger moved it' })
      await trial.start()
      await trial.approveApps()
      await trial.onGreen('api')
      trial.outside.movedBack.add('api/production')
      const gate = await trial.gate('api', 'retry', 'production@')
      trial.outside.movedBack.delete('api/production')
      trial.outside.faults.set(step, { times: 1, type: 'MovedBack', message: 'aoki moved it towards blue' })
      await trial.say('api', 'retry', { gate, by: 'doi' })
      await trial.approveApps()
      await trial.say('api', 'retry', { gate: await trial.gate('api', 'retry', 'production@'), by: 'doi' })
      await toTheEnd(trial)
    },
  },
  'breaching-together': {
    of: ['api', 'mail'],
    platform: { apps: [one(), one({ name: 'mail' })] },
    async walk(trial) {
      await trial.start()
      await trial.approveApps()
      for (const app of ['api', 'mail']) await trial.onGreen(app)
      trial.outside.unrelated.push('another')
      for (const app of ['api', 'mail']) trial.outside.breaching.add(`${app}/production`)
      const gates = [await trial.gate('api', 'retry', 'production@'), await trial.gate('mail', 'retry', 'production@')]
      await trial.until('all are told', async () => trial.outside.notices.some((n) => n.about === 'breaches'))
      trial.outside.breaching.clear()
      for (const [n, app] of ['api', 'mail'].entries())
        await trial.say(app, 'retry', { gate: gates[n] ?? '', by: 'doi' })
      for (const app of ['api', 'mail']) await trial.onGreen(app)
      await trial.decommission()
    },
  },
  'back-together': {
    of: ['api', 'mail'],
    platform: {
      apps: grouped([
        anApp('api', { movesWith: ['mail'], environments: [production({ weights: [5, 100] })] }),
        anApp('mail', { movesWith: ['api'], environments: [production({ weights: [5, 100] })] }),
      ]),
    },
    async walk(trial) {
      await trial.start()
      await trial.approveApps()
      for (const app of ['api', 'mail']) await trial.onGreen(app)
      trial.outside.breaching.add('mail/production')
      const gate = await trial.gate('mail', 'retry', 'production@')
      trial.outside.breaching.clear()
      await trial.until('api stands in line', async () => (await trial.standing('api')) === 'pending')
      await trial.say('mail', 'retry', { gate, by: 'doi' })
      await trial.approveApps()
      for (const app of ['api', 'mail']) await trial.onGreen(app)
      await trial.decommission()
    },
  },
  behind: {
    ...api,
    platform: { apps: [one({ environments: [anEnvironment('test'), production()] })] },
    async walk(trial) {
      await trial.start()
      await trial.gate('api', 'approve', 'production/gate@')
      await trial.say('api', 'rollback', { by: 'doi', reason: 'a slip', environment: 'test' })
      await trial.say('api', 'retry', { gate: await trial.gate('api', 'retry', 'test@'), by: 'doi' })
      await trial.onGreen('api', 'test')
      await toTheEnd(trial)
    },
  },
  'an-app-ordered': {
    ...api,
    async walk(trial) {
      const holds = new Set(['api:production/deploy'])
      trial.outside.holds = holds
      await trial.start()
      await trial.until('it is deployed', async () => trial.outside.held.has('api:production/deploy'))
      await trial.say('api', 'pause', { by: 'baba' })
      holds.clear()
      await trial.until('it waits', async () => (await trial.run('api', 'production'))?.state === 'paused')
      await trial.say('api', 'resume', { by: 'baba' })
      await trial.gate('api', 'approve', 'production/gate@')
      await trial.say('api', 'abort', { by: 'baba', reason: 'not this time' })
      await trial.say(undefined, 'retry', { gate: await trial.gate(undefined, 'retry', 'app/api@'), by: 'baba' })
      await toTheEnd(trial)
    },
  },
  'paused-before-blue-goes': {
    ...api,
    async walk(trial) {
      trial.outside.wrote = async (_, { id }) => {
        if (id === 'soak/still-idle') await trial.say(undefined, 'pause', { by: 'baba' })
      }
      await trial.start()
      await toTheEnd(trial)
      await trial.until('it waits', async () => (await trial.see()).runs[0]?.phase === 'decommission')
      await trial.say(undefined, 'resume', { by: 'baba' })
    },
  },
  'let-go': {
    of: ['api', 'mail'],
    platform: { apps: [one(), one({ name: 'mail', dependsOn: ['api'] })] },
    async walk(trial) {
      await trial.start()
      await trial.gate('api', 'approve', 'production/gate@')
      trial.outside.onBlue = [one()]
      await trial.say(undefined, 'replan', { app: 'mail', by: 'baba', reason: 'it is gone' })
      await trial.until('it is let go', async () => (await trial.see()).apps.every((a) => a.app === 'api'))
      await trial.approveApps(['api'])
      await trial.onGreen('api')
      await trial.decommission()
    },
  },
  unseen: {
    ...api,
    async walk(trial) {
      trial.outside.metricsSilent = true
      await trial.start()
      await trial.until('nobody can see', async () => (await trial.peek())?.held !== undefined)
      trial.outside.metricsSilent = false
      await trial.approveApps()
      await trial.onGreen('api')
      await trial.handle().cancel()
    },
  },
  told: {
    ...api,
    platform: {
      apps: [one()],
      teams: {
        sre: { approvers: ['aoki', 'baba'], slack: '#sre' },
        scala: { approvers: ['chiba', 'doi'], slack: '#scala', webhook: 'https://hooks' },
      },
    },
    async walk(trial) {
      trial.outside.slackAway = 1
      trial.outside.noChannel.add('#scala')
      await trial.start()
      await toTheEnd(trial)
    },
  },
  scheduled: {
    ...api,
    scheduled: true,
    async walk(trial) {
      await trial.start()
      await toTheEnd(trial)
    },
  },
}

/** What is found before the first step. */
export const findings = (name: string) => {
  const found = [blocker('green-exists', 'toy-1-36', 'a cluster of this name is there already', 'delete it')]
  if (name === 'blocked') return found
  const waivers = [
    { code: 'green-exists', about: 'toy-1-36', reason: 'it is mine', until: '2099-01-01', by: 'baba' },
  ] as const
  return name === 'waived' ? waived(found, waivers) : []
}

/** What a schedule would find: it announces, and starts soon. */
export function soon() {
  const iso = (ms: number) => new Date(Date.now() + ms).toISOString()
  return { start: { announcedAt: iso(0), at: iso(2_000) }, onTheWall: dated('UTC', iso(2_000)) }
}

/** What its histories are called, and whose they are. */
export const kept = (name: string, { of, scheduled }: Path) => [
  { history: `clusterUpgrade.${name}`, whose: 'upgrade' as const },
  ...(scheduled ? [{ history: `scheduledUpgrade.${name}`, whose: 'schedule' as const }] : []),
  ...of.map((app) => ({ history: `appCutover.${name}.${app}`, whose: { app } })),
]

/** The workflow that a schedule starts. */
export const scheduledId = (platform: string): string => `${scheduleId(platform)}-2027-01-01T00:00:00Z`
