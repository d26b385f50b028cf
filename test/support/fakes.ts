import { activityInfo, ApplicationFailure } from '@temporalio/activity'
import { ApplicationFailureCategory } from '@temporalio/common'
import { watchEnded } from '../../src/activities/errors.ts'
import { watchedNow } from '../../src/activities/watch.ts'
import { actions, type ActionCall, type ActionName } from '../../src/domain/actions.ts'
import { offsetIn } from '../../src/domain/time-zones.ts'
import { openingAt } from '../../src/domain/calendar.ts'
import { called } from '../../src/domain/examination.ts'
import type { Due } from '../../src/domain/board.ts'
import type { Moved } from '../../src/domain/contests.ts'
import { planCutover, type CutoverPlatform } from '../../src/domain/plan-cutover.ts'
import { outlineOf } from '../../src/domain/outline.ts'
import type { RoleRequest } from '../../src/domain/role-requests.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import { replanFinding, withApp } from '../../src/domain/replanning.ts'
import type { App, Platform, Scope } from '../../src/domain/platform.ts'
import type { WorkloadFacts } from '../../src/domain/facts.ts'
import type { Finding } from '../../src/domain/findings.ts'
import type { Foreseen } from '../../src/domain/scheduled.ts'
import type { Refusal } from '../../src/domain/gates.ts'
import type { Notice } from '../../src/domain/notices.ts'
import { act, type ActionStep } from '../../src/domain/steps.ts'
import type { Judgement } from '../../src/domain/verdict.ts'
import { startRefusal } from '../../src/domain/starting.ts'
import type { Activities } from '../../src/workflows/activities.ts'
import { clusterFacts, seal, someFacts } from './builders.ts'
import { ToyWorld } from './toy-world.ts'

/** Small and honest: they change the toy world, and fail where a test says so. */
export class Outside {
  readonly world = new ToyWorld()
  /** In the order in which it was done: `api:production/deploy`. */
  readonly done: string[] = []
  /** Where each of it was. */
  readonly scopes: Scope[] = []
  /** Of each app and of the upgrade: whose it is what is made, and which runs asked for it. */
  readonly makers = new Map<string, { readonly runs: Set<string>; readonly askers: Set<string> }>()
  /** `app:step` → how often it fails for good, and as what. */
  readonly faults = new Map<string, { times: number; type: string; message?: string; findings?: readonly Finding[] }>()
  /** `app:step` that is not ready yet, for as long as it is in here. */
  holds: { has(step: string): boolean } = new Set<string>()
  /** Those that were asked for and held. */
  readonly held = new Set<string>()
  /** `app:step` that was asked for once more, after whoever contested it was told. */
  readonly contested = new Set<string>()
  /** `app:step` → by what else each of its calls was asked for: somebody's order, or people who were told. */
  readonly asked = new Map<string, string[]>()
  /** What people chose of a step, as its action was told: `api:test/…` → `rerun`. */
  readonly chosen = new Map<string, string>()
  /** Told of what was done to the world, before the answer is given. */
  wrote: (place: string, step: ActionStep) => void | Promise<unknown> = () => undefined
  /** `app/environment` whose observations fail. */
  readonly sick = new Set<string>()
  /** Of which too little is seen for a verdict, likewise. */
  readonly thin = new Set<string>()
  /** Those whose watch finds a breach. (The time-skipping server refuses a task that cancels an activity which ends at that moment; so not both.) */
  readonly breaching = new Set<string>()
  /** Those whose watch finds that somebody moved their route towards blue. */
  readonly movedBack = new Set<string>()
  /** Those whose watch takes what Norikae took back for a move towards blue, once. */
  readonly misled = new Set<string>()
  /** A look of a watch takes so long. */
  looking: (place: string) => Promise<void> = async () => undefined
  readonly unrelated: string[] = []
  /** How often telling of a way back fails, and is tried again. */
  deaf = 0
  /** How often planning an app, or an environment of it, fails for good. */
  planFails = 0
  blueVerdict: 'pass' | 'fail' = 'pass'
  /** Apps of which blue fails, whatever it does of others. */
  readonly blueFails = new Set<string>()
  /** Nothing can be measured. */
  metricsSilent = false
  /** Nobody can find out whether they answer again. */
  lookingFails = false
  /** What an issuer says against tokens. */
  token: Refusal | undefined
  issuerFails = false
  images = 'v1'
  /** What its owners have handed over. */
  noWayBack: string[] = []
  /** What runs other images on the two sides. */
  differing: string[] = []
  /** Why that is not known. */
  unseen: string | undefined
  /** What Argo CD would do by itself; it is looked at where it deploys. */
  hazards: string[] = []
  readonly notices: Notice[] = []
  /** What chat channels were told, request by request. */
  readonly posts: (readonly Due[])[] = []
  /** Channels that are not there. */
  readonly noChannel = new Set<string>()
  /** How often the chat has not answered when its time is up. */
  slackAway = 0
  findings: Finding[] = []
  facts = clusterFacts
  /** Found on blue beside the usual. */
  workloads: WorkloadFacts[] = []
  /** Whether hours have come, whatever a calendar says. */
  opened: boolean | undefined
  /** What a schedule finds out, and why it does not start what it announced. */
  foreseen: Partial<Foreseen> = {}
  overtaken?: string
  /** What whoever owns roles is asked for. */
  readonly requested: RoleRequest[] = []
  /** Of what it was asked whether it is still right. */
  readonly lookedAgain: object[] = []
  /** Whoever is asked what a schedule would do, or still does, refuses: why. */
  noOutlook: string | undefined
  /** The apps as they are on blue now, where they are others than were planned. */
  onBlue?: readonly App[]
  /** Looking for one of them takes so long. */
  replanning: () => Promise<void> = async () => undefined
  platform: Platform
  pollEvery: '6h' | '15s' | '1s' | '100ms'

  constructor(platform: Platform, pollEvery: '6h' | '15s' | '1s' | '100ms' = '6h') {
    this.platform = platform
    this.pollEvery = pollEvery
    this.world.once.add('invoices')
  }

  private refuseOutlook(): void {
    if (this.noOutlook !== undefined) throw ApplicationFailure.nonRetryable(this.noOutlook, 'Denied')
  }

  activities(): Activities {
    const one = async (call: ActionCall, name: ActionName) => {
      const { step, input, choice, contest, because, told, run, asker, scope } = call
      const app = /\/app\/(.*)$/.exec(activityInfo().workflowExecution?.workflowId ?? '')?.[1] ?? 'upgrade'
      const makers = this.makers.get(app) ?? { runs: new Set(), askers: new Set() }
      this.makers.set(app, { runs: makers.runs.add(run), askers: makers.askers.add(asker) })
      const by = [
        ...(because === 'ordered' ? [because] : []),
        ...(told ? ['told'] : []),
        ...(choice ? [choice] : []),
      ].join(' ')
      const asks = this.asked.get(`${app}:${step}`) ?? []
      if (asks.at(-1) !== by) this.asked.set(`${app}:${step}`, [...asks, by])
      const fault = this.faults.get(`${app}:${step}`)
      if (fault && fault.times > 0) {
        fault.times -= 1
        const { message = `${step} cannot be done`, type, findings } = fault
        throw ApplicationFailure.nonRetryable(message, type, ...(findings ? [{ findings }] : []))
      }
      if (this.holds.has(`${app}:${step}`)) {
        this.held.add(`${app}:${step}`)
        throw again(`${step} is not ready`)
      }
      if (choice) this.chosen.set(`${app}:${step}`, choice)
      if (contest) this.contested.add(`${app}:${step}`)
      const place = app === 'upgrade' ? app : `${app}/${step.split('/')[0]}`
      const whole = act(step, name, input as never) as ActionStep
      this.world.act(place, whole, run !== asker)
      await this.wrote(place, whole)
      this.done.push(`${app}:${step}`)
      this.scopes.push(scope)
      return { note: `${step} is so` }
    }
    const deeds = Object.fromEntries(
      Object.keys(actions).map((name) => [name, (call: ActionCall) => one(call, name as ActionName)]),
    )
    const again = (message: string) =>
      ApplicationFailure.create({
        type: 'NotReady',
        message,
        nextRetryDelay: this.pollEvery,
        category: ApplicationFailureCategory.BENIGN,
      })
    const plansOf = (platform: CutoverPlatform, app: App): Plan[] => {
      if (this.planFails > 0) {
        this.planFails -= 1
        throw ApplicationFailure.nonRetryable('blue does not answer', 'Denied')
      }
      const workloads = [...someFacts.workloads, ...this.workloads]
      return app.environments.map((it) => seal(planCutover(platform, app, it, { workloads, images: this.images })))
    }
    const questions: Omit<Activities, ActionName> = {
      prepare: async (request) => {
        if (request?.platform !== this.platform.name)
          throw ApplicationFailure.nonRetryable(
            `there is no platform ${JSON.stringify(request?.platform)?.slice(0, 80)}`,
            'InvalidInput',
          )
        // As far as it is said at all: who starts an upgrade is of few tests.
        const at = new Date(activityInfo().scheduledTimestampMs).toISOString()
        const refused = request.proof !== undefined && startRefusal(this.platform.trust, request, at, () => false)
        if (refused) throw ApplicationFailure.nonRetryable(`${refused.code}: ${refused.message}`, 'InvalidInput')
        return {
          platform: this.platform,
          from: '1.35',
          to: '1.36',
          plan: seal(planUpgrade(this.platform, this.facts, this.findings)),
          facts: this.facts,
          twin: [],
          owned: [],
        }
      },
      replan: async ({ platform, plan, facts, order }) => {
        await this.replanning()
        const app = (this.onBlue ?? this.platform.apps).find((a) => a.name === order.app)
        const looked = withApp(platform, order.app, { app, teams: this.platform.teams })
        if (!('platform' in looked)) return { became: 'refused', note: `${order.app} is ${looked.became}` }
        const findings = [...plan.findings, replanFinding(looked.became, order, order.app)]
        return {
          became: looked.became,
          next: { platform: looked.platform, plan: seal(planUpgrade(looked.platform, facts, findings, plan.phases)) },
        }
      },
      planApp: async ({ platform, app }) => plansOf(platform, app),
      outlineApps: async ({ platform, apps, steps }) =>
        apps.flatMap((app) => plansOf(platform, app)).map((plan) => outlineOf(plan, steps)),
      planCutover: async ({ platform, app, environment, known }) => {
        const plan = plansOf(platform, app).find((p) => p.subject.environment === environment)
        if (!plan) throw ApplicationFailure.nonRetryable(`there is no ${environment}`, 'InvalidInput')
        const same = plan.digest === known?.digest && plan.images === known.images
        return same ? { same, findings: plan.findings } : plan
      },
      observe: async ({ subject }): Promise<Judgement[]> => {
        const sick = this.sick.has(`${subject.app}/${subject.environment}`)
        if (this.thin.has(`${subject.app}/${subject.environment}`))
          return [{ check: 'errors', source: 'Prometheus', verdict: 'inconclusive', because: '2 of 20 samples' }]
        return [
          {
            check: 'errors',
            source: 'Prometheus',
            verdict: sick ? 'fail' : 'pass',
            because: sick ? '2.1 % against 0.1 %' : '20 samples',
          },
        ]
      },
      watch: async ({ subject: { app }, environments }) => {
        const entries = await watchedNow()
        for (const { name: environment } of environments.filter(({ name }) => entries[name] !== undefined)) {
          const place = `${app}/${environment}`
          await this.looking(place)
          const ends = (type: string, message: string, moved?: Moved) =>
            watchEnded(type, message, { troubles: [{ environment, type, message, ...(moved && { moved }) }], seen: {} })
          if (this.breaching.has(place)) throw ends('Unhealthy', 'errors 2.1 % against 0.1 %')
          if (this.movedBack.has(place)) throw ends('MovedBack', 'aoki moved it towards blue')
          if (this.misled.delete(place)) throw ends('MovedBack', 'it has less', { route: 'web', share: 100 })
        }
        throw again('still well')
      },
      awaitMetrics: async ({ until }) => {
        if (until === 'answering' && this.lookingFails) throw ApplicationFailure.nonRetryable('no', 'Unhealthy')
        if ((until === 'silent') !== this.metricsSilent) throw again('still the same')
        return { since: new Date().toISOString(), why: 'nobody answers' }
      },
      compare: async ({ subject }) => ({
        blue: this.blueFails.has(subject.app ?? '') ? 'fail' : this.blueVerdict,
        differing: this.differing,
        unrelated: this.unrelated,
        at: new Date().toISOString(),
      }),
      compareImages: async ({ argocd }) => ({
        differing: this.differing,
        hazards: argocd ? this.hazards : [],
        ...(this.unseen !== undefined && { unseen: this.unseen }),
      }),
      lookWayBack: async () => ({ none: this.noWayBack }),
      // By the server's time: a worker's own does not skip.
      opening: async ({ calendar, at }) => ({
        ...openingAt(
          calendar,
          offsetIn(calendar.timeZone),
          Math.max(activityInfo().currentAttemptScheduledTimestampMs, Date.parse(at)),
        ),
        ...(this.opened !== undefined && { open: this.opened }),
      }),
      foresee: async ({ platform, firedAt = new Date().toISOString() }) => {
        this.refuseOutlook()
        return {
          platform,
          blue: this.platform.blue,
          from: '1.35',
          timeZone: 'UTC',
          decision: { do: 'upgrade', to: '1.36', because: ['1.36 is the newest version'] },
          start: { announcedAt: firedAt, at: firedAt },
          later: [],
          versions: [],
          platformTeam: this.platform.platformTeam,
          teams: this.platform.teams,
          ...this.foreseen,
        }
      },
      lookAgain: async (request) => {
        this.lookedAgain.push(request)
        this.refuseOutlook()
        return this.overtaken === undefined ? {} : { why: this.overtaken }
      },
      examine: async ({ organ, platform }) => {
        if (organ === 'file' && platform !== this.platform.name)
          throw ApplicationFailure.nonRetryable(`this worker keeps no platform file for ${platform}`, 'NotFound')
        if (organ === 'metrics' && this.metricsSilent)
          throw ApplicationFailure.nonRetryable('nobody answers there', 'Failed')
        return [{ about: called[organ], is: 'works', saw: 'it answers' }]
      },
      explainHealth: async ({ platform, app, environment = 'production' }) => ({
        platform,
        app,
        team: 'scala',
        file: `${platform}.yaml`,
        blue: this.platform.blue,
        at: new Date().toISOString(),
        environments: [
          {
            environment,
            judges: 'blue',
            verdict: 'pass',
            observe: '10m',
            checks: [
              {
                check: 'errors',
                source: 'Prometheus',
                blue: 0.001,
                known: 20,
                of: 20,
                needs: 3,
                breachAfter: 2,
                lookedBack: 300,
                limit: 'at most 0.02',
                verdict: 'pass',
                because: '20 samples within the limit',
              },
            ],
          },
        ],
      }),
      tellRequested: async ({ platform }) => ({
        platform,
        blue: this.platform.blue,
        green: this.platform.green,
        at: new Date().toISOString(),
        roles: [...this.requested],
        others: [],
      }),
      draft: async ({ cluster }) => ({ platform: cluster, text: `platform: ${cluster}\n`, guesses: 0 }),
      notify: async ({ notice }) => {
        if (notice.about === 'went-back' && this.deaf > 0) {
          this.deaf -= 1
          throw new Error('nobody listens')
        }
        this.notices.push(notice)
        return []
      },
      post: async ({ due }) => {
        if (this.slackAway > 0) {
          this.slackAway -= 1
          // What was done until then goes with it: here the first of them.
          const [first, second] = due
          const done =
            first && second ? [{ channel: first.channel, key: first.key, id: `C${first.channel}`, ts: 'early' }] : []
          throw ApplicationFailure.nonRetryable('Slack: no answer in time', 'Failed', done)
        }
        this.posts.push(due)
        return due.map(({ channel, key, ts }) =>
          this.noChannel.has(channel)
            ? { channel, key, refused: 'channel_not_found' }
            : { channel, key, id: `C${channel}`, ts: ts ?? `${this.posts.length}.${key}` },
        )
      },
      checkProof: async () => {
        if (this.issuerFails) throw ApplicationFailure.nonRetryable('the issuer does not answer', 'Failed')
        return {
          at: new Date(activityInfo().scheduledTimestampMs).toISOString(),
          ...(this.token && { refused: this.token }),
        }
      },
    }
    // Every action has its deed.
    return { ...questions, ...deeds } as unknown as Activities
  }
}
