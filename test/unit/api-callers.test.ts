import { describe, expect, test } from 'vitest'
import {
  CALLERS_QUERY,
  callersIn,
  heardInWords,
  heardOf,
  kindOfCaller,
  notAccepted,
  type Caller,
} from '../../src/domain/api-callers.ts'
import { gapIn, spansIn, spansQuery } from '../../src/domain/audit-spans.ts'
import { failureGate } from '../../src/domain/asking.ts'
import { closedIn, fenceParams } from '../../src/domain/fence.ts'
import { blank } from '../../src/domain/journal.ts'
import { act } from '../../src/domain/steps.ts'
import { AwsError } from '../../src/sandbox/aws/errors.ts'
import { understood } from '../../src/sandbox/aws/logs-insights.ts'
import { auditLog } from '../../src/sandbox/audit-log.ts'
import { aCutoverPlan } from '../support/builders.ts'

const known = { worker: 'arn:aws:iam::1:role/teams/norikae', byArgocd: true }
const session = (role: string, name: string) => `arn:aws:sts::1:assumed-role/${role}/${name}`
const a = (user: string, more: Partial<Caller> = {}): Caller => ({
  user,
  agent: 'kubectl/v1.35.0 (linux/amd64)',
  verb: 'patch',
  resource: 'deployments.apps',
  calls: 1,
  last: '2026-11-26T14:02:00.000Z',
  ...more,
})

test.for([
  ['a kubelet', a('system:node:ip-10-0-0-1'), 'own'],
  ['the control plane', a('system:kube-controller-manager'), 'own'],
  ['who said no name', a('system:anonymous'), 'own'],
  ['a kubelet by the role of its nodes', a('system:node:n', { principal: 'arn:aws:iam::1:role/nodes' }), 'own'],
  [
    'a controller of the control plane',
    a('system:serviceaccount:kube-system:deployment-controller', { agent: 'kube-controller-manager/v1.35.2 (linux)' }),
    'own',
  ],
  [
    'the cloud’s controllers',
    a('system:serviceaccount:kube-system:node-controller', { agent: 'aws-cloud-controller-manager/v1.35' }),
    'own',
  ],
  ['a pipeline with a token of kube-system', a('system:serviceaccount:kube-system:ci'), 'uses'],
  [
    'an Argo CD of somebody else’s',
    a('system:serviceaccount:kube-system:argocd-manager', { agent: 'Go-http-client/2.0' }),
    'uses',
  ],
  ['an admin whom aws-auth lets in as system:', a('system:admin', { principal: 'arn:aws:iam::1:role/ops' }), 'uses'],
  ['one whom it lets in without a name', a('', { principal: 'arn:aws:iam::1:role/ops' }), 'uses'],
  ['EKS’s own managers', a('eks:addon-manager'), 'own'],
  ['EKS’s service-linked role', a(session('AWSServiceRoleForAmazonEKS', 'x')), 'own'],
  ['the worker', a(session('norikae', 'worker-1'), { agent: 'norikae/0.1.0' }), 'own'],
  [
    'the worker by another name',
    a('norikae', { principal: 'arn:aws:iam::1:role/norikae', agent: 'norikae/0.1.0' }),
    'own',
  ],
  ['who took its role by hand', a(session('norikae', 'aoki')), 'uses'],
  [
    'the like-named role of another account',
    a('arn:aws:sts::2:assumed-role/norikae/x', { agent: 'norikae/0.1.0' }),
    'uses',
  ],
  ['Argo CD, where it deploys', a(session('argo', 'x'), { agent: 'argocd-application-controller/v3' }), 'expected'],
  ['a pipeline that deploys', a(session('ci', 'run-12')), 'uses'],
  ['a pipeline with a token of a service account', a('system:serviceaccount:ci:deployer'), 'uses'],
  ['a dashboard with one', a('system:serviceaccount:ci:viewer', { verb: 'watch' }), 'reads'],
  ['a person who looks', a(session('sso', 'aoki'), { verb: 'list' }), 'reads'],
  [
    'a person who asks what they may',
    a('aoki', { verb: 'create', resource: 'selfsubjectaccessreviews.authorization.k8s.io' }),
    'reads',
  ],
  ['a person inside of a pod', a('aoki', { verb: 'get', resource: 'pods/exec' }), 'uses'],
] as const)('%s', ([, caller, kind]) => expect(kindOfCaller(caller, known)).toBe(kind))

test('without Argo CD in the file its calls are somebody’s', () => {
  expect(kindOfCaller(a('argo', { agent: 'argocd-server/v3' }), { ...known, byArgocd: false })).toBe('uses')
})

describe('who calls', () => {
  const ci = (n: number, more: Partial<Caller> = {}) =>
    a(session('ci', `run-${n}`), { agent: 'helm/3.19 x', last: `2026-11-26T14:0${n}:00.000Z`, ...more })

  test('is one pipeline over all its runs and verbs, with the last of them', () => {
    const heard = heardOf([ci(1), ci(3, { calls: 4, verb: 'create' }), ci(2, { verb: 'get' })], known)
    expect(heard?.uses.map(({ name, calls }) => [name, calls])).toEqual([['1/ci', 5]])
    // It reads what it is about to write, and is told once.
    expect(heard?.reads).toEqual([])
    expect(heardInWords(heard?.uses ?? [])).toBe(
      'arn:aws:sts::1:assumed-role/ci/run-3 by helm/3.19 (create deployments.apps, patch deployments.apps; 5 times, last 2026-11-26 14:03 UTC)',
    )
  })

  test('is accepted by who was told, in later runs too, and nobody else is', () => {
    const uses = heardOf([ci(1), a('aoki')], known)?.uses ?? []
    expect(notAccepted(uses, ['1/ci']).map((it) => it.name)).toEqual(['aoki'])
    expect(notAccepted(uses, ['1/ci', 'aoki'])).toEqual([])
  })

  test('nobody knows where nothing is told, for a cluster is never silent, and where an answer is cut off', () => {
    expect(heardOf([], known)).toBeUndefined()
    expect(
      heardOf(
        Array.from({ length: 10_000 }, () => a('eks:x')),
        known,
      ),
    ).toBeUndefined()
    expect(heardOf([a('eks:x')], known)).toEqual({ uses: [], reads: [] })
  })

  test('is given up with the name of the cluster typed, and only where people can know better', () => {
    const idle = {
      cluster: 'demo-1-35',
      identity: { arn: 'arn', createdAt: 'then' },
      for: '1h',
      namespaces: [],
      buffers: [],
      requests: { url: '', query: '' },
    } as const
    const gate = (type: string) =>
      failureGate(
        { plan: aCutoverPlan(), journal: blank, goingBack: false },
        act('soak/idle', 'proveIdle', idle),
        1,
        { type, message: '' },
        '',
      )
    expect([gate('Called').offers, gate('Called').rule.typed]).toEqual([['retry', 'skip'], 'demo-1-35'])
    expect(gate('Failed').offers).toEqual(['retry'])
  })
})

describe('the log tells of an hour', () => {
  const [fromMs, untilMs] = [Date.parse('2026-11-26T13:00:00Z'), Date.parse('2026-11-26T14:00:00Z')]
  /** One API server, heard each minute from one on until before another. */
  const heard = (stream: string, from: number, until: number) =>
    Array.from({ length: until - from }, (_, n) => {
      const at = fromMs + (from + n) * 60_000
      return { stream, firstMs: at + 1_000, lastMs: at + 59_000 }
    })
  test.for([
    { says: 'all', spans: heard('a', 0, 60), gap: undefined },
    { says: 'but for the minutes in which a log arrives', spans: heard('a', 4, 56), gap: undefined },
    {
      says: 'not before it was turned on',
      spans: heard('a', 50, 60),
      gap: { why: 'it tells nothing before 2026-11-26 13:50 UTC', again: 45 * 60 + 1 },
    },
    {
      says: 'not since it stopped',
      spans: heard('a', 0, 50),
      gap: { why: 'it tells nothing since 2026-11-26 13:49 UTC', again: 60 },
    },
    {
      says: 'with a hole of four minutes, which watches may take',
      spans: [...heard('a', 0, 20), ...heard('a', 24, 60)],
      gap: undefined,
    },
    {
      says: 'with a hole in its middle',
      spans: [...heard('a', 0, 20), ...heard('a', 30, 60)],
      gap: { why: 'it tells nothing between 2026-11-26 13:19 UTC and 2026-11-26 13:30 UTC', again: 25 * 60 + 1 },
    },
    {
      says: 'by another API server, while one that goes on is silent',
      spans: [...heard('a', 0, 60), ...heard('b', 0, 20), ...heard('b', 40, 60)],
      gap: {
        why: 'its stream b tells nothing between 2026-11-26 13:19 UTC and 2026-11-26 13:40 UTC',
        again: 30 * 60 + 1,
      },
    },
    {
      says: 'by one API server alone, where a second one begins late',
      spans: [...heard('a', 0, 60), ...heard('b', 30, 60)],
      gap: {
        why: 'only one of its API servers tells anything between 2026-11-26 13:00 UTC and 2026-11-26 13:30 UTC',
        again: 20 * 60 + 1,
      },
    },
    {
      says: 'by one alone, where a second one ends early',
      spans: [...heard('a', 0, 60), ...heard('b', 0, 30)],
      gap: {
        why: 'only one of its API servers tells anything between 2026-11-26 13:29 UTC and 2026-11-26 13:55 UTC',
        again: 45 * 60,
      },
    },
    {
      says: 'while one API server takes the place of another',
      spans: [...heard('a', 0, 60), ...heard('b', 0, 30), ...heard('c', 36, 60)],
      gap: undefined,
    },
    { says: 'of which nothing arrives', spans: [], gap: { why: 'it tells nothing', again: 60 } },
  ])('$says', ({ spans, gap }) => expect(gapIn(spans, { fromMs, untilMs })).toEqual(gap))

  test('asked minute by minute, stream by stream, and of long windows in fewer rows', () => {
    const lines = auditLog('b', [], fromMs, fromMs + 120_000).map((line) => ({ ...line }))
    const rows = understood(spansQuery('1h'))(lines).map((row) =>
      Object.fromEntries(Object.entries(row).map(([field, value]) => [field, `${value}`])),
    )
    expect(spansIn(rows).map(({ firstMs, lastMs }) => [firstMs - fromMs, lastMs - fromMs])).toEqual([
      [0, 58_000],
      [60_000, 118_000],
      [120_000, 120_000],
    ])
    expect(spansQuery('1d')).toContain('bin(5m)')
    expect(() => understood(spansQuery('1d'))).not.toThrow()
  })
})

describe('the question to Logs Insights', () => {
  const at = (second: number) => `2026-11-26T14:00:${String(second).padStart(2, '0')}.000Z`
  const asked = (second: number, user: string, method: string, path: string) => ({
    at: at(second),
    cluster: 'b',
    user,
    method,
    path,
    query: '',
    status: 200,
    userAgent: 'kubectl/v1',
  })
  const web = '/apis/apps/v1/namespaces/shop/deployments/web'
  const lines = (...calls: ReturnType<typeof asked>[]) => auditLog('b', calls, Date.parse(at(0)), Date.parse(at(4)))

  test('leaves out what is the cluster’s own, and counts the rest by who, how and what', () => {
    const found = callersIn(
      understood(CALLERS_QUERY)(
        lines(
          asked(1, session('ci', 'run-1'), 'PATCH', web),
          asked(3, session('ci', 'run-1'), 'PATCH', web),
          asked(9, session('late', 'x'), 'PATCH', web),
          asked(1, 'system:node:n', 'GET', web),
          { ...asked(1, 'system:serviceaccount:kube-system:x', 'GET', web), userAgent: 'kube-controller-manager/v1' },
          { ...asked(1, 'not of kube-system', 'GET', web), userAgent: 'kube-controller-manager/v1' },
          asked(1, 'system:serviceaccount:kube-system:ci', 'PATCH', web),
          asked(2, 'aoki', 'GET', '/api/v1/namespaces/shop/pods'),
        ),
      ).map((row) =>
        Object.fromEntries(Object.entries(row).flatMap(([k, v]) => (v === undefined ? [] : [[k, `${v}`]]))),
      ),
    )
    expect(found.map(({ user }) => user).toSorted()).toEqual([
      'aoki',
      session('ci', 'run-1'),
      'not of kube-system',
      'system:kube-controller-manager',
      'system:kube-scheduler',
      'system:serviceaccount:kube-system:ci',
    ])
    expect(found.filter(({ user }) => ['aoki', session('ci', 'run-1')].includes(user))).toEqual([
      {
        user: session('ci', 'run-1'),
        principal: 'arn:aws:iam::1:role/ci',
        agent: 'kubectl/v1',
        verb: 'patch',
        resource: 'deployments.apps',
        calls: 2,
        last: at(3),
      },
      { user: 'aoki', agent: 'kubectl/v1', verb: 'list', resource: 'pods', calls: 1, last: at(2) },
    ])
    // The control plane is always there, so that silence is told from peace.
    expect(found.filter(({ user }) => user === 'system:kube-scheduler')).toHaveLength(1)
  })

  test('a pod of the cluster is not asked about', () => {
    const extra = { 'authentication.kubernetes.io/pod-name': ['web-1'] }
    const said = (username: string, more: object) => ({
      at: 0,
      stream: 'kube-apiserver-audit-1',
      message: JSON.stringify({ auditID: username, verb: 'list', user: { username, ...more } }),
    })
    const rows = understood(CALLERS_QUERY)([said('in a pod', { extra }), said('elsewhere', {})])
    expect(rows.map((row) => row['user.username'])).toEqual(['elsewhere'])
  })

  test('moments are told in either way', () => {
    const last = (told: string) => callersIn([{ last: told }])[0]?.last
    expect([last('1795701720000'), last('2026-11-26 14:02:00.000')]).toEqual([
      '2026-11-26T14:02:00.000Z',
      '2026-11-26T14:02:00.000Z',
    ])
  })

  test.for(['fields @message', 'filter user = "x"', 'stats sum(x) as y by z', 'sort x', 'limit 20000', ''])(
    'the sandbox refuses what it does not understand: %s',
    (query) => expect(() => understood(query)).toThrow(AwsError),
  )
})

test('what a fence closes is read back from its ConfigMap', () => {
  const data = { 'Deployment.mail.worker': 'why', 'CronJob.invoices': 'why', 'Pod.other': 'why' }
  expect(closedIn('shop', { ...fenceParams('shop'), data })).toEqual([
    { kind: 'Deployment', namespace: 'shop', name: 'mail.worker' },
    { kind: 'CronJob', namespace: 'shop', name: 'invoices' },
  ])
  expect(closedIn('shop', undefined)).toEqual([])
})
