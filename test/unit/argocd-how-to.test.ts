import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readPlatformFile } from '../../src/config/read.ts'
import { labelFor } from '../../src/domain/argocd.ts'
import { choosesBy, deletes, held, IGNORED, prunes, unignored } from '../../src/domain/argocd-hazards.ts'
import { record } from '../../src/domain/fields.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { anApplication } from '../support/applications.ts'
import { ref } from '../support/builders.ts'
import { aPlatformFile } from './config/a-platform-file.ts'

/** What docs/how-to/argocd.md says to paste is what preflight asks for. */

const page = readFileSync(new URL('../../docs/how-to/argocd.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block = '']) => block)
const [platform = '', teams = '', applicationSet = ''] = blocks
const set = parse(applicationSet) as KubernetesObject // the page is ours
const LABEL = 'norikae.io/chat-api.production'
const template = record(set.spec?.['template'])
const application = anApplication({
  metadata: { ownerReferences: [{ ...set, name: set.metadata.name, uid: 'u', controller: true }] },
  spec: record(template['spec']),
})

test('the lines of the platform file are read', () => {
  const text = aPlatformFile.replace(/^apps:\n/m, platform)
  const read = readPlatformFile(text, 'x.yaml')
  if (!read.ok) throw new Error(read.problems.map((p) => p.message).join('\n'))
  expect(read.file.apps['chat-api']?.deploy).toBe('argocd')
  const { key, value } = labelFor(read.file.argocd?.label ?? '', 'chat-api', 'production')
  expect(key).toBe(LABEL)
  expect(choosesBy(set, key)).toBe(true)
  expect(applicationSet).toContain(`${key}: ${value}`)
})

test('the line for namespaces of teams is read', () => {
  const text = aPlatformFile.replace(/^apps:\n/m, platform.replace(/^argocd: .*\n/m, teams))
  const read = readPlatformFile(text, 'x.yaml')
  expect(read.ok && read.file.argocd?.applications).toEqual(['team-a'])
})

test('the ApplicationSet deletes, prunes and writes back nothing', () => {
  expect(deletes(application, set, LABEL)).toBeUndefined()
  expect(deletes(application, { ...set, spec: { ...set.spec, syncPolicy: {} } }, LABEL)).toBeDefined()
  expect(prunes(application)).toBe(false)
  expect(unignored(application, held([ref('Deployment', 'worker'), ref('CronJob', 'report')], []))).toEqual([])
})

test('and is what a finding says in one line', () => {
  const [ignore = '', options = ''] = IGNORED.split(' and ')
  const spec = record(template['spec'])
  expect(parse(ignore)).toEqual({ ignoreDifferences: spec['ignoreDifferences'] })
  expect(record(spec['syncPolicy'])).toMatchObject(record(record(parse(options))['syncPolicy']))
})
