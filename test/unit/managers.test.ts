import { expect, test } from 'vitest'
import { writerOf } from '../../src/domain/managers.ts'

const entry = (manager: string, time: string, fields: object) => ({ manager, time, fieldsV1: fields })
const replicas = { 'f:spec': { 'f:replicas': {} } }

test.for<{ says: string; managedFields?: unknown; writer: string | undefined }>([
  { says: 'nobody', writer: undefined },
  { says: 'Norikae alone is nobody else', managedFields: [entry('norikae', '1', replicas)], writer: undefined },
  {
    says: 'who wrote another field is not meant',
    managedFields: [entry('helm', '2026-11-24T04:00:00Z', { 'f:spec': { 'f:paused': {} } })],
    writer: undefined,
  },
  {
    says: 'the latest of several',
    managedFields: [
      entry('helm', '2026-11-24T04:00:00Z', replicas),
      entry('argocd-controller', '2026-11-24T05:00:00Z', replicas),
      entry('norikae', '2026-11-24T06:00:00Z', replicas),
    ],
    writer: 'argocd-controller at 2026-11-24T05:00:00Z',
  },
])('who wrote a field: $says', ({ managedFields, writer }) => {
  const metadata = { name: 'web', ...(managedFields !== undefined && { managedFields }) }
  expect(writerOf({ apiVersion: 'apps/v1', kind: 'Deployment', metadata }, ['spec', 'replicas'])).toBe(writer)
})
