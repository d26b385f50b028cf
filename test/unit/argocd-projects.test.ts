import { expect, test } from 'vitest'
import { likely, permits, projectOf, targetOf, type Destination } from '../../src/domain/argocd-projects.ts'
import { anApplication, anAppProject } from '../support/applications.ts'

const green: Destination = {
  name: 'toy-1-36',
  server: 'https://0F1A.gr7.ap-northeast-1.eks.amazonaws.com',
  namespace: 'shop',
}

test.for<{ says: string; destinations: readonly object[]; is: boolean }>([
  { says: 'everything', destinations: [{ server: '*', namespace: '*' }], is: true },
  { says: 'nothing', destinations: [], is: false },
  { says: 'its name', destinations: [{ name: 'toy-1-36', namespace: 'shop' }], is: true },
  { says: 'its name, of another namespace', destinations: [{ name: 'toy-1-36', namespace: 'mail' }], is: false },
  { says: 'its server', destinations: [{ server: green.server, namespace: 'sh?p' }], is: true },
  { says: 'blue’s server', destinations: [{ server: 'https://0F1B', namespace: '*' }], is: false },
  {
    says: 'blue and it',
    destinations: [
      { name: 'toy-1-35', namespace: '*' },
      { name: 'toy-*', namespace: '*' },
    ],
    is: true,
  },
  { says: 'all but blue', destinations: [{ name: '!toy-1-35', namespace: '*' }], is: true },
  {
    says: 'all but it',
    destinations: [
      { server: '*', namespace: '*' },
      { name: '!toy-1-36', namespace: '*' },
    ],
    is: false,
  },
  {
    says: 'all but its namespace',
    destinations: [
      { server: '*', namespace: '*' },
      { server: '*', namespace: '!shop' },
    ],
    is: false,
  },
  { says: 'a dot as a dot', destinations: [{ server: 'https://0F1A?gr7*', namespace: 'shop' }], is: true },
  { says: 'a dot as no other letter', destinations: [{ name: 'toy.1.36', namespace: 'shop' }], is: false },
])('a project that names $says', ({ destinations, is }) => {
  expect(permits(anAppProject(...destinations), green)).toBe(is)
})

test('an unknown cluster is looked for by what blue is known by', () => {
  const to = (blue: { name: string; server: string }) => likely(blue, 'toy-1-35', 'toy-1-36')
  expect(to({ name: 'prod', server: 'https://0F1B.gr7.ap-northeast-1.eks.amazonaws.com' })).toEqual({
    name: 'prod',
    server: `https://${'0'.repeat(32)}.gr7.ap-northeast-1.eks.amazonaws.com`,
  })
  expect(to({ name: 'toy-1-35', server: 'arn:aws:eks:ap-northeast-1:1:cluster/toy-1-35' })).toEqual({
    name: 'toy-1-36',
    server: 'arn:aws:eks:ap-northeast-1:1:cluster/toy-1-36',
  })
})

test('without a word it is the default project, and the first namespace', () => {
  expect(projectOf(anApplication())).toBe('default')
  expect(projectOf(anApplication({ spec: { project: 'shops' } }))).toBe('shops')
  expect(targetOf(anApplication(), ['mail'])).toBe('shop')
  expect(targetOf(anApplication({ spec: { destination: { server: green.server } } }), ['mail', 'jobs'])).toBe('mail')
})
