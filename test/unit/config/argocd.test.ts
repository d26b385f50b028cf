import { describe, expect, test } from 'vitest'
import { readPlatformFile } from '../../../src/config/read.ts'
import { aPlatformFile, changed, problemsIn } from './a-platform-file.ts'

const byArgo = changed('    team: scala\n', '    team: scala\n    deploy: argocd\n')

test('Argo CD is named once, and has defaults', () => {
  const read = readPlatformFile(`${byArgo}argocd: { cluster: tools-1-35 }\n`, 'x.yaml')
  if (!read.ok) throw new Error('it is not read')
  expect(read.file.apps['api']?.deploy).toBe('argocd')
  expect(read.file.argocd).toEqual({
    cluster: 'tools-1-35',
    namespace: 'argocd',
    label: 'norikae.io/{app}.{environment}=enabled',
  })
})

test('it may be named before the first app is its own', () => {
  expect(problemsIn(`${aPlatformFile}argocd: { cluster: tools-1-35 }\n`)).toEqual([])
})

test('an app that it deploys asks where it is', () => {
  expect(problemsIn(byArgo)).toEqual([
    '21:5  apps.api.deploy: nothing says where Argo CD is; write argocd: { cluster: <the EKS cluster that it runs on> }',
  ])
})

describe('its label', () => {
  const labelled = (label: string) => problemsIn(`${byArgo}argocd: { cluster: tools-1-35, label: "${label}" }\n`)
  test.for(['example.com/{app}.{environment}=yes', '{environment}-{app}=true', 'a.b/deploy-{app}-to-{environment}=x'])(
    'may be %s',
    (label) => expect(labelled(label)).toEqual([]),
  )
  test.for([
    { says: 'has to tell apps apart', label: 'example.com/{environment}=yes' },
    { says: 'has to tell environments apart', label: 'example.com/{app}=yes' },
    { says: 'tells them apart by its name', label: 'example.com/app={app}-{environment}' },
    { says: 'has a value', label: 'example.com/{app}.{environment}' },
    { says: 'knows no other part', label: 'example.com/{app}.{environment}.{team}=yes' },
  ])('$says', ({ label }) => {
    expect(labelled(label)).toEqual([
      `27:32  argocd.label: "${label}" is not a label that tells apps and environments apart; write one such as example.com/{app}.{environment}=enabled`,
    ])
  })
})
