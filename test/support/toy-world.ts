import { ApplicationFailure } from '@temporalio/common'
import type { ActionStep } from '../../src/domain/steps.ts'
import { workloadName } from '../../src/domain/platform.ts'

/** A world as small as it can be: names and values, with the promises that actions make. Every action is safe to repeat. */
export class ToyWorld {
  readonly facts = new Map<string, string | number>()
  /** These may never run on both sides. */
  readonly once = new Set<string>()
  readonly twice: string[] = []
  /** These run on green on copies of their volumes. */
  readonly copied = new Set<string>()

  snapshot = (): string => JSON.stringify([...this.facts].toSorted(([a], [b]) => (a < b ? -1 : 1)))

  get = (key: string, initial: string | number): string | number => this.facts.get(key) ?? initial

  /** A value that is the initial one is not kept, so that a restored world is an equal world. */
  set(key: string, value: string | number, initial: string | number): void {
    if (value === initial) this.facts.delete(key)
    else this.facts.set(key, value)
  }

  owner = (place: string, { app, environment }: { app: string; environment: string }): string =>
    `${environment === 'platform' ? 'platform/' : ''}${place}/${app}/${environment}`

  /** `successor`: it asks for a cutover after the one that made what is there. */
  act(place: string, step: ActionStep, successor = false): void {
    const { input } = step
    const at = (w: { kind: string; namespace: string; name: string }) => `${place}/${workloadName(w as never)}`
    const refuse = (would: string, left: readonly string[]) => {
      if (left.length > 0) throw ApplicationFailure.nonRetryable(`${left.join(', ')} would ${would}`, 'Contested')
    }
    /** Emptying its cluster takes the platform's own along. */
    const namespaceOf = (name: string) =>
      `${step.id.startsWith('bootstrap/') ? 'platform/' : ''}${place}/namespace/${name}`
    const isStopped = (w: string) => this.get(`${w}/blue`, 'up') !== 'up'
    const stopped = () =>
      [...this.facts.keys()].flatMap((key) =>
        key.startsWith(`${place}/`) && key.endsWith('/blue') && isStopped(key.slice(0, -5)) ? [key.slice(0, -5)] : [],
      )
    /** Asleep on green behind its fence, whatever it was. */
    const asleep = (workloads: readonly { kind: string; namespace: string; name: string }[]) => {
      if (successor) refuse('be put to sleep while blue is stopped', workloads.map(at).filter(isStopped))
      for (const w of workloads) {
        fence(at(w), 'green', 'closed')
        running(at(w), 'green', 'asleep')
      }
    }
    const running = (w: string, on: string, to: string) => {
      this.set(`${w}/${on}`, to, on === 'blue' ? 'up' : 'none')
      runsWithItsVolumes(w)
      const name = w.split('/').at(-1) ?? ''
      if (this.once.has(name) && this.get(`${w}/blue`, 'up') === 'up' && this.get(`${w}/green`, 'none') === 'up')
        this.twice.push(`${w} after ${step.id}`)
    }
    const fence = (w: string, on: string, to: 'open' | 'closed') => {
      this.set(`${w}/${on}/fence`, to, 'open')
      const open = (side: string) => this.get(`${w}/${side}/fence`, 'open') === 'open'
      if (to === 'open' && this.once.has(w.split('/').at(-1) ?? '') && open('blue') && open('green'))
        this.twice.push(`${w} is fenced on neither side after ${step.id}`)
    }
    const volume = (w: string, on: string, to: 'attached' | 'detached') => {
      const initial = (side: string) => (side === 'blue' ? 'attached' : 'detached')
      const is = (side: string) => this.get(`${w}/${side}/volume`, initial(side))
      this.set(`${w}/${on}/volume`, to, initial(on))
      if (is('blue') === 'attached' && is('green') === 'attached')
        this.twice.push(`the volumes of ${w} are attached on both sides after ${step.id}`)
      if (to === 'detached' && on === 'blue' && this.get(`${w}/blue/volume/policy`, 'own') !== 'Retain')
        this.twice.push(`the volumes of ${w} may be deleted with their claims after ${step.id}`)
      runsWithItsVolumes(w)
    }
    const runsWithItsVolumes = (w: string) => {
      // What has none of its own has none that is detached.
      if (this.get(`${w}/blue/volume`, 'attached') === 'attached') return
      const up = (side: string) => this.get(`${w}/${side}`, side === 'blue' ? 'up' : 'none') === 'up'
      if (up('blue') || (up('green') && this.get(`${w}/green/volume`, 'detached') === 'detached'))
        this.twice.push(`${w} runs without its volumes after ${step.id}`)
    }
    const copy = (w: string, to: 'there' | 'kept' | 'none') => {
      this.set(`${w}/green/copy`, to, 'none')
      if (to === 'there') this.set(`${w}/snapshots`, 'there', 'none')
    }
    const written = (w: string) => {
      if (!this.copied.has(w.split('/').at(-1) ?? '')) return
      if (this.get(`${w}/green/copy`, 'none') === 'none') this.twice.push(`${w} runs on green without its volumes`)
      this.set(`${w}/green/copy`, 'written', 'none')
    }
    switch (step.action) {
      case 'createCluster':
        return this.set(step.input.cluster, 'there', 'gone')
      case 'deleteCluster':
        for (const key of this.facts.keys())
          if (key.startsWith(`${step.input.cluster}/`) && !key.includes('/nodes/')) this.facts.delete(key)
        return this.set(step.input.cluster, 'gone', step.input.identity === 'made-by-this-run' ? 'gone' : 'there')
      case 'adoptCluster':
        return this.set(`${step.input.cluster}/norikae`, 'there', 'gone')
      case 'leaveCluster':
        return this.set(`${step.input.cluster}/norikae`, 'gone', 'gone')
      case 'createNodeGroup':
        return this.set(`${step.input.cluster}/nodes/${step.input.name}`, 'there', 'gone')
      case 'deleteNodeGroup':
        return this.set(`${step.input.cluster}/nodes/${step.input.name}`, 'gone', 'gone')
      case 'installAddon':
        return this.set(`${step.input.cluster}/addon/${step.input.addon}`, 'there', 'gone')
      case 'grantAccess':
        return this.set(`${step.input.cluster}/access`, 'there', 'gone')
      case 'createFargateProfile':
        return this.set(`${step.input.cluster}/nodes/fargate/${step.input.name}`, 'there', 'gone')
      case 'deleteFargateProfile':
        return this.set(`${step.input.cluster}/nodes/fargate/${step.input.name}`, 'gone', 'gone')
      case 'copyLaunchTemplate':
        return this.set(`template/${step.input.cluster}/${step.input.nodeGroup}`, 'there', 'gone')
      case 'deleteLaunchTemplate':
        return this.set(`template/${step.input.cluster}/${step.input.nodeGroup}`, 'gone', 'gone')
      case 'createProvider':
        return this.set(`provider/${step.input.cluster}`, 'there', 'gone')
      case 'deleteProvider':
        return this.set(`provider/${step.input.cluster}`, 'gone', step.input.issuer === undefined ? 'gone' : 'there')
      case 'trustCluster':
        for (const role of step.input.roles) this.set(`role/${role}/${step.input.cluster}`, 'let in', 'not')
        return
      case 'distrustCluster': {
        const { role, cluster, issuer } = step.input
        return this.set(`role/${role}/${cluster}`, 'not', issuer === undefined ? 'not' : 'let in')
      }
      case 'copyAccessEntry':
        return this.set(`${step.input.cluster}/access/${step.input.principalArn}`, 'there', 'gone')
      case 'copyAwsAuth':
        return this.set(`${step.input.cluster}/aws-auth`, 'there', 'gone')
      case 'makeLogGroup':
        return this.set(`log-group/${step.input.cluster}`, 'there', 'gone')
      case 'deleteLogGroup':
        return this.set(`log-group/${step.input.cluster}`, 'gone', 'gone')
      case 'copyLogRetention':
        return this.set(`${step.input.cluster}/log-retention`, 'there', 'gone')
      case 'copyIdentityProvider':
        return this.set(`${step.input.cluster}/identity-provider/${step.input.name}`, 'there', 'gone')
      case 'copyPodIdentity':
        return this.set(
          `${step.input.cluster}/pod-identity/${step.input.namespace}/${step.input.serviceAccount}`,
          'there',
          'gone',
        )
      case 'raiseFence': {
        const { on, namespaces, closed } = step.input
        if (successor) refuse('be fenced while blue is stopped', closed.map(at).filter(isStopped))
        for (const name of namespaces) this.set(`${place}/fence/${name}/${on}`, 'up', 'down')
        return closed.forEach((w) => fence(at(w), on, 'closed'))
      }
      case 'removeFence': {
        const { on, namespaces } = step.input
        for (const name of namespaces) {
          this.set(`${place}/fence/${name}/${on}`, 'down', 'down')
          for (const key of this.facts.keys())
            if (key.startsWith(`${place}/`) && key.includes(`/${name}/`) && key.endsWith(`/${on}/fence`))
              this.facts.delete(key)
        }
        return
      }
      case 'openNamespaces':
        for (const name of step.input.namespaces) this.set(namespaceOf(name), 'there', 'gone')
        return
      case 'closeNamespaces':
        for (const name of step.input.namespaces) this.set(namespaceOf(name), 'gone', 'gone')
        return
      case 'emptyCluster':
        for (const key of this.facts.keys()) if (key.startsWith('platform/')) this.facts.delete(key)
        return
      case 'deploy':
        asleep(step.input.asleep)
        this.set(`${this.owner(place, step.input)}/deployed`, 'yes', 'no')
        for (const { namespace } of step.input.asleep) this.set(`${place}/fence/${namespace}/green`, 'up', 'down')
        return
      case 'labelCluster':
      case 'unlabelCluster': {
        const { on, label } = step.input
        const is = step.action === 'labelCluster' ? 'there' : 'gone'
        return this.set(`${place}/label/${label.key}/${on}`, is, on === 'blue' ? 'there' : 'gone')
      }
      case 'syncApplications':
      case 'settleDeployment':
      case 'awaitDeployment':
      case 'awaitFlux':
        return step.input.asleep.forEach((w) => running(at(w), 'green', 'asleep'))
      case 'publishWhere':
        return this.set(`${place}/where/${step.input.app}/${step.input.environment}`, step.input.at, 'blue')
      case 'leaveDeployment':
      case 'leaveFlux':
        refuse('run nowhere', step.input.asleep.map(at).filter(isStopped))
        return asleep(step.input.asleep)
      case 'withdraw':
        refuse('run nowhere', stopped())
        refuse(
          'serve nobody',
          [...this.facts.keys()].filter((k) => new RegExp(`^${place}/route/[^/]+$`).test(k)),
        )
        for (const key of this.facts.keys())
          if (key.startsWith(`${place}/`) && key.endsWith('/green')) this.facts.delete(key)
        return this.set(`${this.owner(place, step.input)}/deployed`, 'no', 'no')
      case 'pinSize':
        if (step.input.both) this.set(`${at(step.input.workload)}/${step.input.like}/floor`, 'pinned', 'own')
        return this.set(`${at(step.input.workload)}/${step.input.on}/floor`, 'pinned', 'own')
      case 'unpinSize':
        return this.set(`${at(step.input.workload)}/${step.input.on}/floor`, 'own', 'own')
      case 'openRoute':
        return this.set(`${place}/route/${step.input.route.name}/sides`, 'both', 'blue')
      case 'settleRoute':
        return this.set(`${place}/route/${step.input.route.name}/sides`, step.input.on, 'blue')
      case 'showPage':
        return this.set(`${place}/route/${step.input.route.name}/page`, 'up', 'none')
      case 'removePage': {
        const { route, on } = step.input
        const is = Number(this.get(`${place}/route/${route.name}`, 0))
        if (is !== (on === 'green' ? 100 : 0)) this.twice.push(`${route.name} leads to nobody after ${step.id}`)
        return this.set(`${place}/route/${route.name}/page`, 'none', 'none')
      }
      case 'setWeight': {
        const key = `${place}/route/${step.input.route.name}`
        const found = Number(this.get(key, 0))
        if (found !== step.input.to && !step.input.expect.includes(found))
          throw ApplicationFailure.nonRetryable(
            `route is at ${found} %, where ${step.input.expect.join(' or ')} % was left`,
            'Contested',
          )
        return this.set(key, step.input.to, 0)
      }
      case 'stopWorkload':
      case 'suspendSchedule':
        this.set(`${place}/fence/${step.input.workload.namespace}/${step.input.on}`, 'up', 'down')
        fence(at(step.input.workload), step.input.on, 'closed')
        return running(at(step.input.workload), step.input.on, 'asleep')
      case 'startWorkload':
      case 'resumeSchedule':
        fence(at(step.input.workload), step.input.on, 'open')
        if (step.input.on === 'green') written(at(step.input.workload))
        return running(at(step.input.workload), step.input.on, 'up')
      case 'retainVolumes':
        return this.set(`${at(step.input.workload)}/${step.input.on}/volume/policy`, 'Retain', 'own')
      case 'unretainVolumes':
        return this.set(`${at(step.input.workload)}/${step.input.on}/volume/policy`, 'own', 'own')
      case 'detachVolumes':
        return volume(at(step.input.workload), step.input.on, 'detached')
      case 'attachVolumes':
        return volume(at(step.input.workload), step.input.on, 'attached')
      case 'copyVolumes':
        if (this.get(`${at(step.input.workload)}/blue`, 'up') === 'up')
          this.twice.push(`the volumes of ${at(step.input.workload)} are copied while it runs`)
        return copy(at(step.input.workload), 'there')
      case 'keepCopies':
        return copy(at(step.input.workload), 'kept')
      case 'discardVolumes':
        if (this.get(`${at(step.input.workload)}/green/copy`, 'none') === 'written')
          this.twice.push(`what ${at(step.input.workload)} wrote on green is deleted by ${step.id}`)
        this.set(`${at(step.input.workload)}/snapshots`, 'none', 'none')
        return copy(at(step.input.workload), 'none')
      case 'dropSnapshots':
        return this.set(`${at(step.input.workload)}/snapshots`, 'none', 'none')
      default:
        void input // the rest only reads
    }
  }
}
