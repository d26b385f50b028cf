import { expect, test } from 'vitest'
import { whereKey, whereValue, type Where } from '../../src/domain/where.ts'

const scope = { blue: 'toy-1-35', green: 'toy-1-36' }

test.for<[Where, string]>([
  ['blue', 'toy-1-35'],
  ['both', 'toy-1-35\ntoy-1-36'],
  ['green', 'toy-1-36'],
])('pipelines that are pointed at %s read a cluster a line', ([where, value]) => {
  expect(whereValue(scope, where)).toBe(value)
})

test('a key is one that a ConfigMap takes, and tells apart what labels may hold', () => {
  // https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-object
  for (const app of ['chat-api', 'Chat_api.v2']) expect(whereKey(app, 'production')).toMatch(/^[-._a-zA-Z0-9]+$/)
  expect(whereKey('chat.api', 'test')).not.toBe(whereKey('chat', 'api-test'))
})
