import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { concerning, transformed, transformsFor, unusedFindings, type Transform } from '../../src/domain/transforms.ts'

const place = { app: 'chat-api', environment: 'test', blue: 'demo-1-35', green: 'demo-1-36' }
const settings: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'settings',
    namespace: 'chat-api-test',
    labels: { cluster: 'demo-1-35' },
    annotations: { 'example.com/on': 'demo-1-35', 'norikae.io/replicas': '35' },
  },
  data: { cluster: 'demo-1-35', url: 'http://demo-1-35.internal/demo-1-35' },
}
const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('which transforms are of a place', () => {
  const all: Transform[] = [
    { match: {}, replace: { a: 'b' } },
    { match: { apps: ['chat-api'] }, replace: { c: 'd' } },
    { match: { apps: ['mail'] }, replace: { e: 'f' } },
    { match: { environments: ['test'] }, replace: { g: 'h' } },
    { match: { environments: ['production'] }, replace: { i: 'j' } },
  ]
  test.for([
    { says: 'an environment of an app', of: place, gives: ['a', 'c', 'g'] },
    {
      says: 'another environment of another app',
      of: { ...place, app: 'mail', environment: 'production' },
      gives: ['a', 'e', 'i'],
    },
    { says: 'a platform app', of: { app: 'fluentd', blue: 'b', green: 'g' }, gives: ['a'] },
  ])('$says', ({ of, gives }) => {
    expect(transformsFor(all, of).flatMap(({ replace = {} }) => Object.keys(replace))).toEqual(gives)
  })

  test('with the names of the place in them, and all other braces left alone', () => {
    const patch = { data: { on: '{green}, not {blue}', of: ['{app}.{environment}'], raw: '{{ .Values.x }} {other}' } }
    expect(transformsFor([{ match: {}, patch, replace: { '{blue}': '{green}' } }], place)).toEqual([
      {
        match: {},
        patch: { data: { on: 'demo-1-36, not demo-1-35', of: ['chat-api.test'], raw: '{{ .Values.x }} {other}' } },
        replace: { 'demo-1-35': 'demo-1-36' },
      },
    ])
  })
})

describe('what becomes of an object', () => {
  test.for<{ says: string; transforms: Transform[]; gives: object }>([
    {
      says: 'nothing where none is for it',
      transforms: [{ match: { kind: 'Secret' }, patch: { data: {} } }],
      gives: {},
    },
    {
      says: 'nothing where one is for its name',
      transforms: [{ match: { name: 'other' }, replace: { 'demo-1-35': 'x' } }],
      gives: {},
    },
    {
      says: 'a merge patch adds, changes and removes',
      transforms: [{ match: { kind: 'ConfigMap' }, patch: { data: { cluster: 'g', url: null, more: '1' } } }],
      gives: { data: { cluster: 'g', more: '1' } },
    },
    {
      says: 'one after the other',
      transforms: [
        { match: {}, patch: { data: { cluster: 'one' } } },
        { match: {}, replace: { one: 'two' } },
      ],
      gives: { data: { ...(settings['data'] as object), cluster: 'two' } },
    },
  ])('$says', ({ transforms, gives }) => {
    expect(transformed(settings, transforms)).toEqual({ ...settings, ...gives })
  })

  test('texts are replaced wherever they are, but for names, labels, images and what Norikae notes', () => {
    const replace = { 'demo-1-35': 'demo-1-36', '35': '36' }
    expect(transformed(settings, [{ match: {}, replace }])).toEqual({
      ...settings,
      metadata: {
        ...settings.metadata,
        annotations: { 'example.com/on': 'demo-1-36', 'norikae.io/replicas': '35' },
      },
      data: { cluster: 'demo-1-36', url: 'http://demo-1-36.internal/demo-1-36' },
    })
    const labels = { on: 'demo-1-35' }
    const container = { image: 'demo-1-35/web:1', args: ['--of=demo-1-35'], env: [{ name: 'ON', value: 'demo-1-35' }] }
    const web = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'demo-1-35' },
      spec: {
        replicas: 35,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    }
    const changed = { ...container, args: ['--of=demo-1-36'], env: [{ name: 'ON', value: 'demo-1-36' }] }
    expect(transformed(web, [{ match: {}, replace: { 'demo-1-35': 'demo-1-36' } }])).toEqual({
      ...web,
      spec: {
        ...web.spec,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [changed] } },
      },
    })
  })

  test('what others are called stays, and of two that fit the longer is looked for first', () => {
    const env = [{ name: 'demo-1-35', value: 'http://demo-1-35.internal' }]
    const pod = (url: string) => ({
      serviceAccountName: 'demo-1-35',
      volumes: [
        { name: 'v', configMap: { name: 'demo-1-35' } },
        { name: 's', secret: { secretName: 'demo-1-35' } },
      ],
      containers: [{ name: 'c', env: env.map((e) => ({ ...e, value: url })) }],
    })
    const job = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, spec: pod('http://demo-1-35.internal') }
    const replace = { 'demo-1-35': 'demo-1-36', 'demo-1-35.internal': 'green.internal' }
    expect(transformed(job, [{ match: {}, replace }])).toEqual({ ...job, spec: pod('http://green.internal') })
  })

  test('texts in Secrets are replaced too, and what is no text in them stays', () => {
    const binary = Buffer.from([0xff, 0xfe, 0x00]).toString('base64')
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data: { url: base64('to demo-1-35'), key: binary },
    }
    expect(transformed(secret, [{ match: {}, replace: { 'demo-1-35': 'demo-1-36' } }])).toEqual({
      ...secret,
      data: { url: base64('to demo-1-36'), key: binary },
    })
  })
})

test('one that was meant for an app and found nothing of it is told', () => {
  const transforms: Transform[] = [
    { match: { apps: ['chat-api'], kind: 'ConfigMap', name: 'setings' }, patch: {} },
    { match: { apps: ['chat-api'], kind: 'ConfigMap', name: 'settings' }, patch: {} },
    { match: { kind: 'Role' }, patch: {} },
  ]
  const used = concerning(settings, transforms)
  expect(used).toEqual([1])
  expect(unusedFindings('chat-api test', transforms, used)).toEqual([
    {
      level: 'warning',
      code: 'transform-matches-nothing',
      about: 'chat-api test',
      message: 'a transform of this app is for ConfigMap/setings, and there is none',
      remedy: 'mend its match in the platform file, or take it out',
    },
  ])
})
