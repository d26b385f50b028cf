import { describe, expect, test } from 'vitest'
import { readPlatformFile } from '../../../src/config/read.ts'
import { changed, problemsIn } from './a-platform-file.ts'

const route = '{ namespace: edge, name: shop, backend: "Service/shop-{cluster}" }'
const withRoutes = (httpRoutes: string) =>
  changed('    team: scala\n', `    team: scala\n    httpRoutes: ${httpRoutes}\n`)
const GATEWAY = 'gateway: { cluster: edge-1-36 }\n'

test('HTTPRoutes are read by environment', () => {
  const read = readPlatformFile(`${withRoutes(`{ production: [${route}] }`)}${GATEWAY}`, 'x.yaml')
  if (!read.ok) throw new Error('it is not read')
  expect(read.file.gateway).toEqual({ cluster: 'edge-1-36' })
  expect(read.file.apps['api']?.httpRoutes).toEqual({
    production: [{ namespace: 'edge', name: 'shop', backend: 'Service/shop-{cluster}' }],
  })
})

test.for([
  {
    says: 'ask where they are',
    text: withRoutes(`{ production: [${route}] }`),
    gives: [
      '21:5  apps.api.httpRoutes: nothing says where they are; write gateway: { cluster: <the EKS cluster that they are on> }',
    ],
  },
  {
    says: 'are of environments that there are',
    text: `${withRoutes(`{ prod: [${route}] }`)}${GATEWAY}`,
    gives: ['21:19  apps.api.httpRoutes.prod: is no environment of this file; known are test, production'],
  },
  {
    says: 'have one environment each',
    text: `${withRoutes(`{ test: [${route}], production: [${route}] }`)}${GATEWAY}`,
    gives: [
      '21:108  apps.api.httpRoutes.production[0]: HTTPRoute edge/shop is said of api test already, and moves with one environment of one app, by one backend; give each backend an HTTPRoute of its own',
    ],
  },
  {
    says: 'have one backend each',
    text: `${withRoutes(`{ test: [${route}, ${route.replace('/shop-', '/cart-')}] }`)}${GATEWAY}`,
    gives: [
      '21:94  apps.api.httpRoutes.test[1]: HTTPRoute edge/shop is said of api test already, and moves with one environment of one app, by one backend; give each backend an HTTPRoute of its own',
    ],
  },
])('they $says', ({ text, gives }) => {
  expect(problemsIn(text)).toEqual(gives)
})

describe('a backend', () => {
  const named = (backend: string) =>
    problemsIn(`${withRoutes(`{ test: [{ namespace: edge, name: shop, backend: "${backend}" }] }`)}${GATEWAY}`)
  test.for([
    'Service/shop-{cluster}',
    'ServiceImport/{cluster}',
    'ServiceImport/shop-test/web-{cluster}-v2',
    'TargetGroupName/Shop-{cluster}',
  ])('may be %s', (backend) => expect(named(backend)).toEqual([]))
  test.for([
    { says: 'has to tell the sides apart', backend: 'Service/shop' },
    { says: 'does so by its own name', backend: 'Service/{cluster}/shop' },
    { says: 'is of a kind that is known', backend: 'LambdaFunction/shop-{cluster}' },
    { says: 'is in no namespace where it is of AWS', backend: 'TargetGroupName/edge/shop-{cluster}' },
    { says: 'has a kind', backend: 'shop-{cluster}' },
  ])('$says', ({ backend }) => {
    expect(named(backend)).toEqual([
      `21:57  apps.api.httpRoutes.test[0].backend: "${backend}" is not a backend with {cluster} in its name; write one such as "Service/shop-{cluster}" or "ServiceImport/shop-{cluster}"`,
    ])
  })
})
