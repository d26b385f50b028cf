import { afterAll, beforeAll, expect, test } from 'vitest'
import { placesOf, type ArgoHub } from '../../src/domain/argocd.ts'
import { hubOf } from '../../src/domain/argocd-findings.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import type { Side, WorkloadRef } from '../../src/domain/platform.ts'
import { isAsleep } from '../../src/domain/sleep.ts'
import { argocdSurvey } from '../../src/activities/argocd-survey.ts'
import { runArgo, type Argo } from '../support/argocd.ts'
import { anApp, anEnvironment, aPlatform } from '../support/builders.ts'
import { attempted, driven, ending } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { aCronJob, aDeployment, call, scope } from '../support/small-world.ts'
import { aNamespace, type ServerUnderTest } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
const answersLost = { ...patience, lost: true }
const TIMES = { timeout: 180_000 }

/** Where a team has its own Applications; deploy/rbac/argocd-applications.yaml is applied there. */
export const OF_A_TEAM = 'team-a'

const IGNORING = {
  ignoreDifferences: [{ group: '*', kind: '*', managedFieldsManagers: ['norikae'] }],
  syncPolicy: { automated: { selfHeal: true }, syncOptions: ['RespectIgnoreDifferences=true'] },
}

/**
 * What is promised of an app that Argo CD deploys, whichever API servers and controllers it meets. `home`: where Argo CD
 * is; nothing is asked of that but its own API.
 */
export function argocdContract(of: () => WorldUnderTest, home: () => ServerUnderTest = () => of().green): void {
  let hub: ArgoHub
  const on = (side: Side): ServerUnderTest => of()[side]
  let argo: Argo
  beforeAll(async () => {
    hub = { cluster: home().name, namespace: 'argocd', applications: [OF_A_TEAM] }
    for (const name of placesOf(hub))
      await home().applyAs('somebody', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    argo = runArgo(home(), placesOf(hub), (server) =>
      on(server.replace(/\/$/, '') === endpoints.get('blue') ? 'blue' : 'green'),
    )
  })
  afterAll(() => argo.stop())

  const endpoints = new Map<Side, string>()
  const register = async (side: Side): Promise<void> => {
    const found = await of().ports.eks(scope.region).findCluster(scope[side])
    endpoints.set(side, found?.endpoint ?? '')
    await home().applyAs('terraform', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: `cluster-${side}`,
        namespace: hub.namespace,
        labels: { 'argocd.argoproj.io/secret-type': 'cluster' },
      },
      data: { name: btoa(scope[side]), server: btoa(`${found?.endpoint ?? ''}/`), config: btoa('{}') },
    })
  }
  const secretOf = async (side: Side) => (await home().admin.find('Secret', hub.namespace, `cluster-${side}`))?.metadata
  const label = (side: Side, key: string, value: string | null) =>
    home().admin.patch('Secret', hub.namespace, `cluster-${side}`, { metadata: { labels: { [key]: value } } })

  interface How {
    readonly template?: object
    readonly finalizers?: readonly string[]
    readonly syncPolicy?: object
    /** The namespace of its ApplicationSet; left out: Argo CD's own. */
    readonly from?: string
  }

  /** `web` is stateless; `worker` and `report` may run on one side only. Argo CD runs them all on blue. */
  async function anArgoApp(how: How = {}) {
    const { activities } = of()
    for (const side of ['blue', 'green'] as const) if (!(await secretOf(side))) await register(side)
    const { from = hub.namespace } = how
    const namespace = await aNamespace(on('blue'), on('green'))
    const worker: WorkloadRef = { kind: 'Deployment', namespace, name: 'worker' }
    const report: WorkloadRef = { kind: 'CronJob', namespace, name: 'report' }
    const asleep = [worker, report]
    const repoURL = `https://git.test/${namespace}`
    const repository = argo.repository(repoURL)
    const release = (replicas = 2) => [
      aDeployment('web', namespace),
      aDeployment('worker', namespace, replicas),
      aCronJob('report', namespace, { schedule: '0 0 1 1 *', suspend: false }),
    ]
    const revision = repository.commit(...release())
    const byArgo = { hub, label: { key: `norikae.io/${namespace}.test`, value: 'enabled' } }
    const policy = how.syncPolicy ?? { preserveResourcesOnDeletion: true }
    const chosenBy = { [byArgo.label.key]: byArgo.label.value }
    const write = (syncPolicy: object, matchLabels: Readonly<Record<string, string>> = chosenBy) =>
      home().applyAs('platform-team', {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'ApplicationSet',
        metadata: { name: namespace, namespace: from },
        spec: {
          generators: [{ clusters: { selector: { matchLabels } } }],
          syncPolicy,
          template: {
            metadata: { name: `{{name}}-${namespace}`, ...(how.finalizers && { finalizers: how.finalizers }) },
            spec: {
              project: 'default',
              source: { repoURL, path: 'clusters/{{name}}', targetRevision: 'HEAD' },
              destination: { server: '{{server}}', namespace },
              ...(how.template ?? IGNORING),
            },
          },
        },
      })
    await write(policy)
    await label('blue', byArgo.label.key, byArgo.label.value)
    const application = (side: Side) => home().admin.find('Application', from, `${scope[side]}-${namespace}`)
    const sync = async (side: Side, to: string) => {
      const { name = '' } = (await application(side))?.metadata ?? {}
      await home().admin.patch('Application', from, name, { operation: { sync: { revision: to } } })
    }
    await eventually(
      'Argo CD has made blue’s Application',
      async () => (await application('blue')) !== undefined,
      patience,
    )
    // Where nobody syncs by himself somebody has.
    if (how.template) await sync('blue', revision)
    const found = async (side: Side, { kind, name }: WorkloadRef): Promise<KubernetesObject> => {
      const object = await on(side).admin.find(kind, namespace, name)
      if (!object) throw new Error(`${kind} ${name} is not on ${side}`)
      return object
    }
    const pods = async (side: Side) => (await on(side).admin.list('Pod', { namespace, labels: 'app=worker' })).length
    await eventually('blue runs', async () => (await pods('blue')) === 2, patience)
    const place = { app: 'shop', environment: 'test', namespaces: [namespace] }
    const there = { ...place, ...byArgo, on: 'green' as const }
    const syncing = call<'syncApplications'>({ ...there, asleep })
    const letting = call<'labelCluster'>(there)
    const drive = <I, O>(activity: (input: I) => Promise<O>, input: I) => driven(activity, input, answersLost)
    return {
      namespace,
      worker,
      asleep,
      repository,
      release,
      revision,
      byArgo,
      write,
      application,
      sync,
      found,
      pods,
      syncing,
      letting,
      fence: () =>
        drive(activities.raiseFence, call<'raiseFence'>({ namespaces: [namespace], on: 'green', closed: asleep })),
      letThere: () => drive(activities.labelCluster, letting),
      synced: () => drive(activities.syncApplications, syncing),
      settled: () => drive(activities.settleDeployment, call<'settleDeployment'>({ ...place, on: 'green', asleep })),
      healthy: () => drive(activities.checkApplications, call<'checkApplications'>({ ...there, asleep })),
      leave: () => drive(activities.leaveDeployment, call<'leaveDeployment'>({ ...place, on: 'green', asleep })),
      unlabelling: call<'unlabelCluster'>(there),
      unlabelled: (side: Side) => drive(activities.unlabelCluster, call<'unlabelCluster'>({ ...there, on: side })),
      stop: (side: Side) => drive(activities.stopWorkload, call<'stopWorkload'>({ workload: worker, on: side })),
      start: (side: Side) =>
        drive(activities.startWorkload, call<'startWorkload'>({ workload: worker, on: side, alone: true })),
    }
  }

  test('a cluster that Argo CD does not know is waited for, by its endpoint and not by its name', TIMES, async () => {
    const waiting = call<'awaitRegistration'>({ hub, on: 'green' })
    const { activities } = of()
    const { name = '' } = (await secretOf('green')) ?? {}
    if (name === '')
      expect(await attempted(activities.awaitRegistration, waiting)).toMatch(
        /^Argo CD \(namespace argocd on .*\) has no Secret of a cluster whose server is https:/,
      )
    await register('green')
    await register('blue')
    const { answer } = await driven(activities.awaitRegistration, waiting, answersLost)
    expect(answer.note).toBe(`Argo CD knows ${scope.green} by Secret cluster-green`)
  })

  test(
    'it comes to green by its label, sleeps until its turn though Argo CD heals, and stays on the way back',
    TIMES,
    async () => {
      const it = await anArgoApp()
      await it.fence()
      await it.letThere()
      expect((await secretOf('green'))?.labels?.[it.byArgo.label.key]).toBe('enabled')
      const { answer } = await it.synced()
      expect(answer.note).toBe(`1 Applications on ${scope.green}: ${it.revision.slice(0, 7)}`)
      const settled = await it.settled()
      expect(settled.answer.note).toBe(`3 workloads on ${scope.green} with the same images, 2 of them asleep`)
      await it.healthy()
      expect(await it.pods('green')).toBe(0)

      await it.stop('blue')
      await it.start('green')
      expect([await it.pods('blue'), await it.pods('green')]).toEqual([0, 2])
      await it.stop('green')
      await it.start('blue')

      await it.leave()
      await it.unlabelled('green')
      await eventually('its Application goes', async () => (await it.application('green')) === undefined, patience)
      expect(isAsleep(await it.found('green', it.worker))).toBe(true)
      expect((await secretOf('green'))?.labels).not.toHaveProperty(it.byArgo.label.key)
      expect([await it.pods('blue'), await it.pods('green')]).toEqual([2, 0])

      // And it moves again.
      await it.letThere()
      await it.synced()
      await it.settled()
      await it.stop('blue')
      await it.start('green')
      // At commit Argo CD lets go of blue, and what runs there stays until blue goes.
      await it.unlabelled('blue')
      await eventually('blue’s Application goes', async () => (await it.application('blue')) === undefined, patience)
      expect(await it.found('blue', it.worker)).toBeDefined()
      expect(await it.pods('green')).toBe(2)
    },
  )

  test('what nobody syncs is synced to what blue runs, and not to what was committed since', TIMES, async () => {
    const it = await anArgoApp({ template: {} })
    it.repository.commit(...it.release(5))
    await it.fence()
    await it.letThere()
    await it.synced()
    expect((await it.found('green', it.worker)).spec?.['replicas']).toBe(2)
    const { operationState } = (await it.application('green'))?.status ?? {}
    expect(operationState).toMatchObject({
      phase: 'Succeeded',
      operation: { initiatedBy: { username: 'norikae' }, sync: { revision: it.revision } },
    })
  })

  test('in a repository with a commit a minute both are looked at together, and meet', TIMES, async () => {
    const it = await anArgoApp()
    await it.fence()
    it.repository.busy = true
    await it.letThere()
    await eventually('green has been compared once', async () => {
      const { sync } = (await it.application('green'))?.status ?? {}
      return sync !== undefined
    })
    const { answer, waits } = await driven(of().activities.syncApplications, it.syncing, patience)
    it.repository.busy = false
    expect(waits.join()).toContain('is to run): it runs')
    expect(answer.note).not.toContain(it.revision.slice(0, 7))
  })

  test('a sync that fails is told in its own words, and a retry asks anew', TIMES, async () => {
    const it = await anArgoApp({ template: {} })
    await it.fence()
    await it.letThere()
    it.repository.broken = 'one or more objects failed to apply: no matches for kind "Foo"'
    const { type, message } = await ending(of().activities.syncApplications, it.syncing, patience)
    expect(type).toBe('Failed')
    expect(message).toContain('its sync failed: one or more objects failed to apply')
    it.repository.broken = undefined
    const { answer } = await driven(of().activities.syncApplications, { ...it.syncing, attempt: 2 }, patience)
    expect(answer.note).toContain(it.revision.slice(0, 7))
  })

  test.for([
    {
      says: 'would delete',
      how: { syncPolicy: {} },
      because: /ApplicationSet .* would delete it, and Argo CD everything that it has deployed/,
    },
    {
      says: 'would delete by a finalizer of its template',
      how: { finalizers: ['resources-finalizer.argocd.argoproj.io'] },
      because: /its finalizer resources-finalizer\.argocd\.argoproj\.io everything/,
    },
  ])('no label is put where its ApplicationSet $says what it has deployed', TIMES, async ({ how, because }) => {
    const it = await anArgoApp(how)
    const { type, message } = await ending(of().activities.labelCluster, it.letting, patience)
    expect(type).toBe('Contested')
    expect(message).toMatch(because)
    expect(message).toContain('Write syncPolicy: { preserveResourcesOnDeletion: true } in its spec')
    expect((await secretOf('green'))?.labels).not.toHaveProperty(it.byArgo.label.key)
  })

  test('no label is put where the AppProject would keep it out, which preflight has warned of', TIMES, async () => {
    const it = await anArgoApp({ template: { ...IGNORING, project: 'walled' } })
    const project = (...destinations: readonly object[]) =>
      home().applyAs('platform-team', {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'AppProject',
        metadata: { name: 'walled', namespace: hub.namespace },
        spec: { destinations },
      })
    await project({ name: scope.blue, namespace: '*' })
    expect(await surveyed(it)).toMatchObject([{ level: 'warning', code: 'argocd-project' }])
    const { type, message } = await ending(of().activities.labelCluster, it.letting, patience)
    expect(type).toBe('Contested')
    const pasted = `{ name: ${scope.green}, namespace: ${it.namespace} }`
    expect(message).toMatch(/^AppProject walled lets nothing to namespace contract-\d+ of /)
    expect(message).toContain(`Add ${pasted} to its destinations`)
    expect((await secretOf('green'))?.labels).not.toHaveProperty(it.byArgo.label.key)
    await project({ name: scope.blue, namespace: '*' }, { name: scope.green, namespace: it.namespace })
    expect(await surveyed(it)).toEqual([])
    await it.letThere()
    expect((await secretOf('green'))?.labels).toHaveProperty(it.byArgo.label.key)
  })

  test(
    'what goes with a label and is no app of the platform is a blocker before anything is built',
    TIMES,
    async () => {
      const it = await anArgoApp()
      const other = await aNamespace(on('blue'))
      argo.repository(`https://git.test/${other}`).commit(aDeployment('tool', other, 1))
      const write = (syncPolicy: object) =>
        home().applyAs('platform-team', {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'ApplicationSet',
          metadata: { name: other, namespace: hub.namespace },
          spec: {
            generators: [{ clusters: { selector: { matchLabels: { [it.byArgo.label.key]: 'enabled' } } } }],
            syncPolicy,
            template: {
              metadata: { name: `{{name}}-${other}` },
              spec: {
                project: 'default',
                source: { repoURL: `https://git.test/${other}`, path: '.' },
                destination: { server: '{{server}}', namespace: other },
              },
            },
          },
        })
      await write({})
      const of = `${scope.blue}-${other}`
      const made = () => home().admin.find('Application', hub.namespace, of)
      await eventually('Argo CD has made it', async () => (await made()) !== undefined, patience)
      expect(await surveyed(it)).toMatchObject([
        { level: 'blocker', code: 'argocd-deletes', about: `Application/${hub.namespace}/${of}` },
      ])
      await write({ preserveResourcesOnDeletion: true })
      await eventually('it keeps nothing', async () => (await made())?.metadata.finalizers?.length !== 1, patience)
      expect(await surveyed(it)).toEqual([])
    },
  )

  test('no label is taken away where that would delete what was deployed by now', TIMES, async () => {
    const it = await anArgoApp()
    await it.fence()
    await it.letThere()
    await it.synced()
    await it.write({})
    await eventually(
      'the finalizer is on its Application',
      async () => ((await it.application('green'))?.metadata.finalizers ?? []).length > 0,
      patience,
    )
    const { type } = await ending(of().activities.unlabelCluster, it.unlabelling, patience)
    expect(type).toBe('Contested')
    expect((await secretOf('green'))?.labels).toHaveProperty(it.byArgo.label.key)
    await it.write({ preserveResourcesOnDeletion: true })
    await eventually(
      'the finalizer is gone',
      async () => ((await it.application('green'))?.metadata.finalizers ?? []).length === 0,
      patience,
    )
    await it.unlabelled('green')
    await eventually('its Application goes', async () => (await it.application('green')) === undefined, patience)
    expect(await it.found('green', it.worker)).toBeDefined()
  })

  test('a label that who makes the Secret takes off again is told with its remedy', TIMES, async () => {
    const it = await anArgoApp()
    await it.fence()
    await it.letThere()
    await label('green', it.byArgo.label.key, null)
    await eventually('its Application goes', async () => (await it.application('green')) === undefined, patience)
    const { type, message } = await ending(of().activities.syncApplications, it.syncing, patience)
    expect(type).toBe('Contested')
    expect(message).toMatch(/^Secret cluster-green of Argo CD .* has lost label/)
  })

  test('an ApplicationSet that chooses by something else is waited for by name, and not for ever', TIMES, async () => {
    const it = await anArgoApp()
    await it.letThere()
    await eventually('Argo CD has made it', async () => (await it.application('green')) !== undefined, patience)
    await it.write({ preserveResourcesOnDeletion: true }, { 'example.com/other': 'yes' })
    await eventually('its Application goes', async () => (await it.application('green')) === undefined, patience)
    await label('blue', 'example.com/other', 'yes')
    await eventually('blue has one', async () => (await it.application('blue')) !== undefined, patience)
    const early = await attempted(of().activities.syncApplications, it.syncing)
    expect(early).toContain(
      `Argo CD has no Application on ${scope.green} yet that is as Application argocd/${scope.blue}-`,
    )
    const late = { ...patience, scheduledMs: Date.now() - 31 * 60_000 }
    const { type, message } = await ending(of().activities.syncApplications, it.syncing, late)
    expect(type).toBe('Failed')
    expect(message).toContain(`is to choose clusters by label ${it.byArgo.label.key}=enabled`)
  })

  test('a label that was there before stays there', TIMES, async () => {
    const it = await anArgoApp()
    await it.fence()
    await label('green', it.byArgo.label.key, 'enabled')
    await it.letThere()
    const { answer } = await it.unlabelled('green')
    expect(answer.note).toContain('had label')
    expect((await secretOf('green'))?.labels).toHaveProperty(it.byArgo.label.key)
  })

  test.for([
    {
      says: 'prunes by itself',
      template: { ...IGNORING, syncPolicy: { ...IGNORING.syncPolicy, automated: { prune: true } } },
      because: /prunes by itself: one commit would remove objects from both sides/,
      code: 'argocd-prunes',
    },
    {
      says: 'would wake what sleeps',
      template: { syncPolicy: { automated: { selfHeal: true } } },
      because:
        /would write back what Norikae holds \(spec\.replicas of Deployment .*managedFieldsManagers: \[norikae\]/,
      code: 'argocd-writes-back',
    },
  ])('one that $says is a blocker, and is refused on green too', TIMES, async ({ template, because, code }) => {
    const it = await anArgoApp({ template })
    expect((await surveyed(it)).map((f) => f.code)).toEqual([code])
    await it.fence()
    await it.letThere()
    const { type, message } = await ending(of().activities.syncApplications, it.syncing, patience)
    expect(type).toBe('Contested')
    expect(message).toMatch(because)
    const seen = await seenOf(it)
    expect(seen.map((what) => what.split(' ').slice(0, 4).join(' '))).toEqual(
      (['blue', 'green'] as const).map((side) => `Application argocd/${scope[side]}-${it.namespace} on ${scope[side]}`),
    )
    for (const what of seen) expect(what).toMatch(because)
  })

  test('one in a namespace of its team is found, let to green, synced and let go there', TIMES, async () => {
    const it = await anArgoApp({ from: OF_A_TEAM })
    expect(await surveyed(it)).toEqual([])
    await it.fence()
    await it.letThere()
    const { answer } = await it.synced()
    expect(answer.note).toBe(`1 Applications on ${scope.green}: ${it.revision.slice(0, 7)}`)
    expect(await it.application('green')).toBeDefined()
    await it.leave()
    await it.unlabelled('green')
    await eventually('its Application goes', async () => (await it.application('green')) === undefined, patience)
  })

  test('what would delete it is seen while both sides run, and who cannot be read may do anything', TIMES, async () => {
    const it = await anArgoApp()
    expect(await seenOf(it)).toEqual([])
    await it.write({})
    expect(await seenOf(it)).toEqual([
      expect.stringMatching(/would go with its label.*preserveResourcesOnDeletion: true/),
    ])
    expect(await seenOf(it, 'gone-1-30')).toEqual([
      expect.stringMatching(/^what it does by itself is not known: there is no EKS cluster gone-1-30/),
    ])
  })

  async function seenOf({ asleep, byArgo, namespace }: Awaited<ReturnType<typeof anArgoApp>>, cluster = hub.cluster) {
    const argocd = { ...byArgo, hub: { ...hub, cluster }, asleep }
    const subject = { ...scope, team: 'shop', app: 'shop', environment: 'test' }
    const { answer } = await driven(of().activities.compareImages, { subject, namespaces: [namespace], argocd })
    return answer.hazards
  }

  test('nothing is found of one that is as it should be; a hub that is not there is named', TIMES, async () => {
    const it = await anArgoApp()
    expect(await surveyed(it)).toEqual([])
    const [finding] = await surveyed(it, 'gone-1-30')
    expect(finding).toMatchObject({ level: 'blocker', code: 'argocd-unreadable', about: 'gone-1-30 argocd' })
  })

  async function surveyed({ asleep, byArgo, namespace }: Awaited<ReturnType<typeof anArgoApp>>, cluster = hub.cluster) {
    const argocd = { ...byArgo, hub: { ...hub, cluster } }
    const environments = [anEnvironment('test', { namespaces: [namespace], fenced: asleep, argocd })]
    const platform = aPlatform({ ...scope, apps: [anApp('shop', { deploy: 'argocd', environments })] })
    expect(hubOf(platform)).toEqual(argocd.hub)
    const eks = of().ports.eks(scope.region)
    return argocdSurvey({ eks, cluster: (name) => of().ports.kubernetes(scope.region, name) }, platform)
  }
}
