import { expect, test } from 'vitest'
import { fluxHubFindings } from '../../src/domain/flux-findings.ts'
import type { NamespaceFacts } from '../../src/domain/facts.ts'
import { resolvePlatform } from '../../src/domain/resolve-platform.ts'
import { workload } from '../support/builders.ts'
import { aFile, aNamespace, found, inFile } from '../support/found.ts'

type Made = NonNullable<NamespaceFacts['madeByFlux']>

/** `web` is stateless, `report` runs on one side only. */
function noticed(deploy: 'external' | 'flux', madeByFlux?: Made): string[] {
  const namespace = aNamespace('chat-test', {
    workloads: [workload('Deployment', 'web', { behindService: true }), workload('CronJob', 'report')],
    ...(madeByFlux && { madeByFlux }),
  })
  return resolvePlatform(aFile({ apps: { chat: inFile({ deploy }) } }), found(namespace)).findings.map(
    (f) => `${f.level} ${f.code} ${f.about}`,
  )
}

const by = (kind: 'Kustomization' | 'HelmRelease', there = true): Made => [
  { workload: workload('Deployment', 'web').ref, by: { kind, namespace: 'flux-system', name: 'chat' }, there },
  { workload: workload('CronJob', 'report').ref, by: { kind, namespace: 'flux-system', name: 'chat' }, there },
]

test.for<{ says: string; deploy?: 'external' | 'flux'; made?: Made; findings: string[] }>([
  { says: 'a Kustomization on blue is as it should be', made: by('Kustomization'), findings: [] },
  { says: 'Flux makes none of it', findings: ['blocker flux-makes-nothing chat'] },
  {
    says: 'Flux of another cluster makes it: told once',
    made: by('Kustomization', false),
    findings: ['blocker flux-elsewhere chat'],
  },
  {
    says: 'a chart scales with each release what sleeps, and nothing else',
    made: by('HelmRelease'),
    findings: ['warning flux-releases-wake CronJob/shop/report'],
  },
  {
    says: 'of no matter where somebody else deploys',
    deploy: 'external',
    made: by('HelmRelease', false),
    findings: [],
  },
])('an app of deploy: flux: $says', ({ deploy = 'flux', made, findings }) => {
  expect(noticed(deploy, made)).toEqual(findings)
})

test.for([
  { says: 'to none', elsewhere: [], names: undefined },
  { says: 'to one', elsewhere: ['Kustomization a/b'], names: 'Kustomization a/b' },
  { says: 'by many, of which some are named', elsewhere: ['a', 'b', 'c', 'd', 'e'], names: 'a, b, c and 2 more' },
])('a Flux of blue that deploys to other clusters: $says', ({ elsewhere, names }) => {
  const found = fluxHubFindings('blue-1-35', elsewhere)
  expect(found.map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual(
    names === undefined ? [] : ['blocker flux-hub-on-blue blue-1-35'],
  )
  if (names !== undefined) expect(found[0]?.message).toContain(`(spec.kubeConfig of ${names}), and would be deleted`)
})
