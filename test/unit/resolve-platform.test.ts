import { expect, test } from 'vitest'
import type { NamespaceFacts, RouteFacts } from '../../src/domain/facts.ts'
import { warning } from '../../src/domain/findings.ts'
import type { AppFile, PlatformFile } from '../../src/domain/platform-file.ts'
import { resolvePlatform, systemNamespaces } from '../../src/domain/resolve-platform.ts'
import { movable } from '../../src/domain/movable.ts'
import { anEnvironment, workload } from '../support/builders.ts'
import { aFile, aNamespace, aRoute, found, inFile } from '../support/found.ts'

const labels = { app: 'chat', team: 'scala', env: 'test' }
const other = { ...labels, app: 'mail' }
const thirty = Array.from({ length: 30 }, (_, n) => `other-${n + 1}`)
const waves = (...names: string[]): Partial<PlatformFile> => ({ platformApps: { waves: [names], handovers: {} } })
const findings = (file: Partial<PlatformFile>, namespaces: readonly NamespaceFacts[]) =>
  resolvePlatform(aFile(file), found(...namespaces)).findings

test('what the file says of gates is said by their rules, and otherwise they are as ever', () => {
  const { platform } = resolvePlatform(
    aFile({
      gates: { start: { approvals: 2, fourEyes: true }, decommission: { expires: '3d' } },
      environments: [
        { name: 'test', weights: [100], observe: '5m', approval: 'team' },
        {
          name: 'production',
          weights: [100],
          observe: '5m',
          approval: 'team',
          approvals: 2,
          expires: '7d',
          fourEyes: false,
        },
      ],
    }),
    found(aNamespace('t'), aNamespace('p', { labels: { ...labels, env: 'production' } })),
  )
  expect(platform.gates).toEqual({
    start: { teams: ['sre'], approvals: 2, exclude: ['requester'], remindEvery: '4h' },
    decommission: { teams: ['sre'], approvals: 1, exclude: ['start'], remindEvery: '4h', expires: '3d' },
  })
  expect(platform.apps[0]?.environments.map((e) => e.gate)).toEqual([
    { teams: ['scala'], approvals: 1, exclude: ['requester'], remindEvery: '4h' },
    { teams: ['scala'], approvals: 2, exclude: [], remindEvery: '4h', expires: '7d' },
  ])
})

test('what is as it should be has no findings', () => {
  expect(findings({}, [aNamespace('chat-test', { routes: [aRoute()] })])).toEqual([])
})

test.for<{ code: string; about: string; file?: Partial<PlatformFile>; namespaces: NamespaceFacts[]; says?: RegExp }>([
  { code: 'platform-app-missing', about: 'ingress', file: waves('ingress'), namespaces: [] },
  {
    code: 'namespace-unclaimed',
    about: 'lost',
    namespaces: [aNamespace('lost', { labels: {} })],
    says: /app and env and team/,
  },
  {
    code: 'namespace-unclaimed',
    about: 'lost',
    namespaces: [aNamespace('lost', { labels: { app: 'chat', env: 'test' } })],
    says: /label team$/,
  },
  {
    code: 'environment-unknown',
    about: 'n',
    namespaces: [aNamespace('n', { labels: { ...labels, env: 'dev' } })],
    says: /dev; the file knows test, production/,
  },
  {
    code: 'team-unknown',
    about: 'n',
    namespaces: [aNamespace('n', { labels: { ...labels, team: 'php' } })],
    says: /php; the file knows sre, scala/,
  },
  { code: 'team-unknown', about: 'n', namespaces: [aNamespace('n', { labels: { ...labels, team: 'constructor' } })] },
  {
    code: 'team-contradicted',
    about: 'chat',
    namespaces: [aNamespace('a'), aNamespace('b', { labels: { ...labels, team: 'sre' } })],
    says: /scala and sre/,
  },
  {
    code: 'workload-missing',
    about: 'chat worker',
    file: { apps: { chat: inFile({ workloads: { worker: { class: 'overlap' } } }) } },
    namespaces: [aNamespace('n')],
  },
  {
    code: 'route-sticky',
    about: 'shop/web',
    namespaces: [
      aNamespace('shop', {
        routes: [aRoute({ rules: [{ arn: 'arn:rule/web', isDefault: false, stickySeconds: 86_400 }] })],
      }),
    ],
    says: /for 86400 s, whatever the weights say/,
  },
  {
    code: 'namespace-claimed-twice',
    about: 'chat-test',
    file: waves('chat-test'),
    namespaces: [aNamespace('chat-test')],
    says: /platformApps chat-test and its label chat claim it/,
  },
  {
    code: 'handover-undeclared',
    about: 'Deployment/shop/worker',
    namespaces: [aNamespace('shop', { workloads: [workload('Deployment', 'worker')] })],
    says: /no handover class/,
  },
  {
    code: 'connections-exceeded',
    about: 'test rds',
    file: {
      apps: { chat: inFile({ externals: [{ name: 'rds', endpoint: 'rds:5432', connections: 60, limit: 100 }] }) },
    },
    namespaces: [aNamespace('shop')],
    says: /120 connections/,
  },
  { code: 'app-missing', about: 'mail', file: { apps: { mail: inFile() } }, namespaces: [aNamespace('n')] },
  {
    code: 'app-missing',
    about: 'chat → mail',
    file: { apps: { chat: inFile({ dependsOn: ['mail'] }) } },
    namespaces: [aNamespace('n')],
  },
  {
    code: 'app-missing',
    about: 'chat → mail',
    file: { apps: { chat: inFile({ movesWith: ['mail'] }) } },
    namespaces: [aNamespace('n')],
  },
  {
    code: 'moves-with-contradicted',
    about: 'chat',
    file: { apps: { chat: inFile({ movesWith: ['mail'], dependsOn: ['mail'] }) } },
    namespaces: [aNamespace('n'), aNamespace('m', { labels: other })],
    says: /moves with mail, and by dependsOn one of chat, mail must/,
  },
  {
    code: 'moves-with-many',
    about: 'chat',
    file: { apps: { chat: inFile({ movesWith: thirty }) } },
    namespaces: [
      aNamespace('n'),
      ...thirty.map((app) => aNamespace(app, { labels: { app, team: 'scala', env: 'test' } })),
    ],
    says: /^31 apps move together \(chat, other-1, other-10 and 28 more\), and 30 at most may/,
  },
  { code: 'route-unused', about: 'n/web', namespaces: [aNamespace('n', { routes: [aRoute({ rules: [] })] })] },
  {
    code: 'route-shared',
    about: 'n/web',
    namespaces: [
      aNamespace('n', { routes: [aRoute({ rules: ['a', 'b'].map((arn) => ({ arn, isDefault: false })) })] }),
    ],
    says: /2 rules .*: a, b$/,
  },
  {
    code: 'route-default',
    about: 'n/web',
    namespaces: [aNamespace('n', { routes: [aRoute({ rules: [{ arn: 'a', isDefault: true }] })] })],
  },
  {
    code: 'route-owned',
    about: 'n/web',
    namespaces: [
      aNamespace('n', { routes: [aRoute({ rules: [{ arn: 'a', isDefault: false, ownedByCluster: 'demo-1-35' }] })] }),
    ],
    says: /controller of demo-1-35/,
  },
  {
    code: 'target-group-shared',
    about: 'm/web',
    namespaces: [aNamespace('n', { routes: [aRoute()] }), aNamespace('m', { labels: other, routes: [aRoute()] })],
  },
  {
    code: 'not-carried',
    about: 'n',
    namespaces: [aNamespace('n', { notCarried: ['ScaledObject worker'] })],
    says: /ScaledObject worker/,
  },
])('$code about $about', ({ code, about, file = {}, namespaces, says = /./ }) => {
  const it = findings(file, namespaces).find((f) => f.code === code && f.about === about)
  expect(it).toMatchObject({ level: 'blocker', code, about })
  expect(it?.message).toMatch(says)
  expect(it?.remedy.length).toBeGreaterThan(5)
})

test('a page that is up already is known by its route', () => {
  const rules = [{ arn: 'arn:rule/web', isDefault: false, pages: ['arn:page'] }]
  const left = (...routes: RouteFacts[]) => {
    const { platform } = resolvePlatform(aFile(), found(aNamespace('n', { routes })))
    return platform.apps[0]?.environments[0]?.pagesLeft
  }
  expect(left(aRoute({ rules }))).toEqual({ 'n.web': ['arn:page'] })
  expect(left(aRoute())).toBeUndefined()
})

test('where somebody else deploys, it is known from the start what must not run on green before its turn', () => {
  const namespace = aNamespace('chat-test', {
    workloads: [workload('Deployment', 'web', { behindService: true }), workload('CronJob', 'report')],
  })
  const fenced = (deploy: 'copy' | 'external' | 'argocd') => {
    const { platform } = resolvePlatform(aFile({ apps: { chat: inFile({ deploy }) } }), found(namespace))
    return [platform.apps[0]?.deploy, platform.apps[0]?.environments[0]?.fenced?.map((w) => w.name)]
  }
  expect(fenced('external')).toEqual(['external', ['report']])
  expect(fenced('argocd')).toEqual(['argocd', ['report']])
  expect(fenced('copy')).toEqual(['copy', undefined])
})

test('the rule that does what a default action did is told as a command', () => {
  const rules = [{ arn: 'arn:aws:elasticloadbalancing:r:1:listener-rule/app/shop/1/2/3', isDefault: true }]
  const it = findings({}, [aNamespace('n', { routes: [aRoute({ rules })] })]).find((f) => f.code === 'route-default')
  expect(it?.remedy).toMatch(
    /: aws elbv2 create-rule --listener-arn arn:aws:elasticloadbalancing:r:1:listener\/app\/shop\/1\/2 --priority 50000 --conditions 'Field=path-pattern,Values=\/\*' --actions Type=forward,TargetGroupArn=\S+$/,
  )
})

test('an app says that it is reached by its route, or nothing', () => {
  const said = (more: object) =>
    resolvePlatform(aFile({ apps: { chat: inFile(more) } }), found(aNamespace('chat-test'))).platform.apps[0]
  expect(said({ reachedBy: 'route' })).toMatchObject({ name: 'chat', reachedBy: 'route' })
  expect(said({})).not.toHaveProperty('reachedBy')
})

test('what Jobs are is told by the file where it says so, and what nobody tells is found', () => {
  const jobs = ['import', 'seed', 'warm-up'].map((name) => ({ namespace: 'n', name, active: true }))
  const declared = { seed: 'once', 'warm-up': 'repeatable' } as const
  const file = aFile({ apps: { chat: inFile({ jobs: declared }) } })
  const { platform, findings } = resolvePlatform(file, found(aNamespace('n', { jobs })))
  expect(platform.apps[0]?.environments[0]?.jobs).toEqual(declared)
  expect(findings.map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual([
    'warning job-undeclared Job/n/import',
    'info job-repeats Job/n/warm-up',
  ])
})

test('what Argo CD deploys has a label for each of its environments', () => {
  const argocd = { cluster: 'tools', namespace: 'argocd', label: 'example.com/{app}.{environment}=on' }
  const file = aFile({ argocd, apps: { chat: inFile({ deploy: 'argocd' }) } })
  const stage = aNamespace('b', { labels: { app: 'chat', team: 'scala', env: 'production' } })
  const other = aNamespace('c', { labels: { app: 'mail', team: 'scala', env: 'test' } })
  const { platform } = resolvePlatform(file, found(aNamespace('a'), stage, other))
  const labels = platform.apps.flatMap((a) => a.environments.map((e) => e.argocd))
  const hub = { cluster: 'tools', namespace: 'argocd' }
  expect(labels).toEqual([
    { hub, label: { key: 'example.com/chat.test', value: 'on' } },
    { hub, label: { key: 'example.com/chat.production', value: 'on' } },
    undefined,
  ])
})

test('volumes of a platform app are a warning', () => {
  const fluentd = aNamespace('fluentd', {
    labels: {},
    workloads: [workload('DaemonSet', 'fluentd', { hasVolumes: true })],
  })
  expect(findings(waves('fluentd'), [fluentd]).filter((f) => f.code !== 'no-apps')).toMatchObject([
    { level: 'warning', code: 'volumes-stay' },
  ])
})

test('all findings come at once', () => {
  const namespaces = [
    aNamespace('lost', { labels: {} }),
    aNamespace('n', { routes: [aRoute({ rules: [] })], notCarried: ['X x'] }),
  ]
  expect(findings({ apps: { mail: inFile() } }, namespaces).map((f) => f.code)).toEqual([
    'namespace-unclaimed',
    'route-unused',
    'app-missing',
    'not-carried',
  ])
})

test('a platform like the demo’s, whole', () => {
  const at = (env: string, namespace: string, app = 'chat', team = 'scala') =>
    aNamespace(namespace, {
      labels: { app, team, env },
      routes: [
        aRoute({
          binding: namespace,
          targetGroup: `arn:tg/${namespace}`,
          rules: [{ arn: `arn:rule/${namespace}`, isDefault: false }],
        }),
      ],
      workloads: [
        workload('Deployment', 'web', { behindService: true, scaled: true }),
        workload('Deployment', 'worker'),
      ],
    })
  const file = aFile({
    apps: {
      chat: inFile({ workloads: { worker: { class: 'consumer', idempotent: true } }, movesWith: ['mail'] }),
      mail: inFile({ team: 'sre', workloads: { 'Deployment/worker': { class: 'singleton', downtime: '30s' } } }),
    },
    platformApps: {
      waves: [['ingress'], ['fluentd']],
      handovers: { fluentd: { class: 'buffer', drainWithin: '2h', depth: 'depth{cluster}' } },
    },
  })
  const { platform, findings } = resolvePlatform(
    file,
    found(
      at('production', 'chat-prod'),
      at('test', 'mail-test', 'mail'),
      aNamespace('logging', {
        labels: { app: 'fluentd' },
        workloads: [workload('Deployment', 'fluentd'), workload('CronJob', 'tidy')],
      }),
      at('test', 'chat-test'),
      aNamespace('ingress', { labels: {}, workloads: [] }),
    ),
  )
  expect(findings.map((f) => [f.level, f.code, f.about])).toEqual([['info', 'moves-with-apart', 'chat']])
  expect(platform).toMatchObject({
    name: 'demo',
    blue: 'demo-1-35',
    green: 'demo-1-36',
    teams: { sre: { approvers: ['aoki', 'baba'], webhook: 'http://hook' }, scala: { approvers: ['chiba'] } },
    gates: { start: { teams: ['sre'], exclude: [] }, decommission: { teams: ['sre'], exclude: ['start'] } },
    waves: [
      [{ name: 'ingress', namespaces: ['ingress'], buffers: [] }],
      [{ name: 'fluentd', namespaces: ['logging'], buffers: [{ workload: { name: 'fluentd' }, drainWithin: '2h' }] }],
    ],
  })
  expect(platform.waves[1]?.[0]?.buffers).toHaveLength(1) // a CronJob buffers nothing
  expect(platform.apps.map((a) => [a.name, a.team, a.movesWith, a.environments.map((e) => e.name)])).toEqual([
    ['chat', 'scala', ['mail'], ['test', 'production']],
    ['mail', 'sre', ['chat'], ['test']], // the file's team, and who is named names back
  ])
  const [test_, production] = platform.apps[0]?.environments ?? []
  expect([test_?.gate, production?.gate]).toEqual([
    undefined,
    { teams: ['scala'], approvals: 1, exclude: ['requester'], remindEvery: '4h' },
  ])
  expect(production?.weights).toEqual([5, 100])
  expect(production?.handovers).toEqual({ 'Deployment/shop/worker': { class: 'consumer', idempotent: true } })
  expect(production?.checks.map((c) => c.name)).toEqual(['errors', 'restarts', 'scheduling', 'api-server', 'ready'])
  expect(production?.routes).toMatchObject([
    { name: 'chat-prod', ruleArn: 'arn:rule/chat-prod', blueTargetGroup: 'arn:tg/chat-prod' },
  ])
  const groups = platform.apps.flatMap((a) =>
    a.environments.flatMap((e) => e.routes.map((r) => r.kind === 'alb' && r.greenTargetGroup)),
  )
  expect(new Set(groups).size).toBe(3)
})

test('Kubernetes’ own namespaces are named', () => expect(systemNamespaces).toContain('kube-system'))

test.for<{ says: string; by: 'handover' | 'copy'; faults: string[]; codes: string[] }>([
  { says: 'whose volumes can be handed over moves', by: 'handover', faults: [], codes: [] },
  {
    says: 'whose volumes cannot is a blocker for each reason',
    by: 'handover',
    faults: ['a', 'b'],
    codes: ['volumes-unfit', 'volumes-unfit'],
  },
  { says: 'that is copied says what going back loses', by: 'copy', faults: [], codes: ['loss-on-return'] },
  {
    says: 'whose volumes cannot be copied is a blocker too',
    by: 'copy',
    faults: ['a'],
    codes: ['volumes-unfit', 'loss-on-return'],
  },
])('a stateful workload $says', ({ by, faults, codes }) => {
  const environment = anEnvironment('test', { handovers: { 'StatefulSet/shop/db': { class: 'stateful', by } } })
  const db = workload('StatefulSet', 'db', { hasVolumes: true, volumes: { claims: ['data-db-0'], faults } })
  const { workloads, findings } = movable([db], environment, { clocks: true })
  expect(workloads.map((w) => w.handover.class)).toEqual(['stateful'])
  expect(findings.map((f) => f.code)).toEqual(codes)
  for (const { level, code, about } of findings)
    expect([level, about]).toEqual([code === 'volumes-unfit' ? 'blocker' : 'warning', 'StatefulSet/shop/db'])
})

test.for<{ says: string; also: Parameters<typeof workload>[2] | undefined; codes: string[] }>([
  { says: 'alone is a blocker: no weight would move its traffic', also: undefined, codes: ['route-asleep'] },
  { says: 'beside one that runs on both sides is none', also: { behindService: true, routes: ['web'] }, codes: [] },
  {
    says: 'and one behind another route is a blocker',
    also: { behindService: true, routes: ['api'] },
    codes: ['route-asleep'],
  },
])('what runs on one side at a time behind a route $says', ({ also, codes }) => {
  const environment = anEnvironment('test', {
    handovers: { 'Deployment/shop/store': { class: 'stateful', by: 'handover' } },
  })
  const store = workload('Deployment', 'store', { behindService: true, routes: ['web'], hasVolumes: true })
  const all = [store, ...(also ? [workload('Deployment', 'web', also)] : [])]
  const { findings } = movable(all, environment, { clocks: true })
  expect(findings.map((f) => f.code)).toEqual(codes)
  for (const finding of findings) expect(finding).toMatchObject({ level: 'blocker', about: 'shop/web' })
})

test('claims that move with their workload are not left behind; others are said to be', () => {
  const workloads: AppFile['workloads'] = { db: { class: 'stateful', by: 'handover' } }
  const db = {
    ...workload('StatefulSet', 'db', { hasVolumes: true }),
    ref: { kind: 'StatefulSet', namespace: 'n', name: 'db' },
  } as const
  const namespace = aNamespace('n', {
    workloads: [{ ...db, volumes: { claims: ['data-db-0'], faults: [] } }],
    claims: ['data-db-0', 'old'],
  })
  expect(findings({ apps: { chat: inFile({ workloads }) } }, [namespace])).toMatchObject([
    { level: 'warning', code: 'volumes-stay', about: 'n old' },
  ])
})

test('a claim on a file system is told as such: green can mount it too', () => {
  const shared = [{ claim: 'files', fileSystem: 'fs-1a' }]
  const namespace = aNamespace('n', { claims: ['files', 'old'], shared })
  const externals = [{ name: 'files', endpoint: 'fs-1a.efs.test:2049', connections: 0, limit: 0 }]
  const told = (file: Partial<AppFile>) =>
    findings({ apps: { chat: inFile(file) } }, [namespace]).map((f) => `${f.level} ${f.code} ${f.about}`)
  expect(told({})).toEqual(['warning volume-shared n files', 'warning volumes-stay n old'])
  expect(told({ externals })).toEqual(['info volume-shared n files', 'warning volumes-stay n old'])
})

test("of the platform's own apps only what green would lack is told: their teams know the rest", () => {
  const all = ['custom-not-carried', 'secret-made-elsewhere', 'host-path'].map((code) => warning(code, 'x', 'm', 'r'))
  const guard = aNamespace('guard', { labels: {}, workloads: [], findings: all })
  expect(findings(waves('guard'), [guard]).map((f) => f.code)).toEqual([
    'no-apps',
    'custom-not-carried',
    'secret-made-elsewhere',
  ])
})

test('rules that blue’s controller makes of an action are written through its Ingress, which is not to be copied', () => {
  const arn = 'arn:aws:elasticloadbalancing:r:1:listener-rule/app/k8s-shop/50dc/f2f7/9683'
  const behind = (ingress: RouteFacts['ingress']) =>
    aNamespace('shop', {
      labels,
      routes: [
        aRoute({ rules: [{ arn, isDefault: false, ownedByCluster: 'demo-1-35' }], ...(ingress && { ingress }) }),
      ],
      notCarried: ['Ingress front'],
    })
  const one = resolvePlatform(aFile(), found(behind({ name: 'front', action: 'web', service: 'web', written: [] })))
  expect(one.findings.map((f) => [f.level, f.code, f.about])).toEqual([
    ['warning', 'route-dies-with-blue', 'shop/front'],
  ])
  expect(one.platform.apps[0]?.environments[0]?.routes).toMatchObject([
    {
      kind: 'ingress',
      name: 'ingress.shop.front.web',
      service: 'web',
      binding: 'web',
      loadBalancer: 'app/k8s-shop/50dc',
    },
  ])
  const other = resolvePlatform(aFile(), found(behind({ fault: 'it has no weights', remedy: 'name an action' })))
  expect(other.findings.toSorted((a, b) => (a.code < b.code ? -1 : 1))).toMatchObject([
    { code: 'not-carried' },
    {
      code: 'route-owned',
      message: expect.stringMatching(/demo-1-35, and it has no weights$/),
      remedy: 'name an action',
    },
  ])
})

test('rules that blue’s controller makes for a Gateway are written through the HTTPRoute', () => {
  const arn = 'arn:aws:elasticloadbalancing:r:1:listener-rule/app/k8s-shop/50dc/f2f7/9683'
  const behind = (gateway: NonNullable<RouteFacts['gateway']>, stickySeconds?: number) => {
    const rule = { arn, isDefault: false, ownedByCluster: 'demo-1-35', ...(stickySeconds && { stickySeconds }) }
    return aNamespace('shop', { labels, routes: [aRoute({ rules: [rule], gateway })] })
  }
  const served = { httpRoute: 'front', service: 'web', found: [warning('http-route-written-back', 'x', 'm', 'r')] }
  const one = resolvePlatform(aFile(), found(behind(served, 60)))
  expect(one.findings.map((f) => `${f.level} ${f.code} ${f.about}`).toSorted()).toEqual([
    'warning http-route-written-back x',
    'warning route-dies-with-blue shop/front',
    'warning route-sticky shop/front',
  ])
  expect(one.platform.apps[0]?.environments[0]?.routes).toMatchObject([
    {
      kind: 'gateway',
      name: 'gateway.shop.front.web',
      httpRoute: 'front',
      service: 'web',
      binding: 'web',
      loadBalancer: 'app/k8s-shop/50dc',
    },
  ])
  const other = resolvePlatform(aFile(), found(behind({ fault: 'it names two ports', remedy: 'name one' })))
  expect(other.findings).toMatchObject([
    { code: 'route-owned', message: expect.stringMatching(/demo-1-35, and it names two ports$/), remedy: 'name one' },
  ])
})
