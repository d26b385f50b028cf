import { expect, test } from 'vitest'
import { certificateFindings, type Issued } from '../../src/domain/certificates.ts'
import type { App } from '../../src/domain/platform.ts'
import { anApp, anEnvironment } from '../support/builders.ts'

const app = (name: string, deploy: App['deploy']) =>
  anApp(name, { deploy, environments: [anEnvironment('production', { namespaces: [name] })] })
const apps = [app('copied', 'copy'), app('shop', 'argocd'), app('mail', 'external')]

const some = (namespace: string, secret: string, more: Partial<Issued> = {}): Issued => ({
  namespace,
  secret,
  names: [`${secret}.example.com`],
  isMade: false,
  ...more,
})
const wildcard = (namespace: string, n: number) =>
  Array.from({ length: n }, (_, at) => some(namespace, `wild-${at}`, { names: ['*.example.com', 'example.com'] }))

test.for<{ says: string; issued: readonly Issued[]; told: readonly string[] }>([
  { says: 'a Secret that goes with its app is taken as it is', issued: [some('copied', 'web')], told: [] },
  {
    says: 'one that a controller made does not go with it',
    issued: [some('copied', 'web', { isMade: true })],
    told: ['warning certificate-anew Secret/copied/web'],
  },
  {
    says: 'where others deploy nobody copies any, and a namespace is told of once',
    issued: [some('shop', 'web'), some('shop', 'api'), some('mail', 'mx')],
    told: ['warning certificate-anew Secret/shop/web', 'warning certificate-anew Secret/mail/mx'],
  },
  { says: 'what is nobody’s is left behind, and asks for nothing', issued: [some('attic', 'web')], told: [] },
  {
    says: 'five with the same names are issued',
    issued: wildcard('shop', 5),
    told: ['warning certificate-anew Secret/shop/wild-0'],
  },
  {
    says: 'the sixth is not, in whichever namespace',
    issued: [...wildcard('shop', 3), ...wildcard('mail', 3), ...wildcard('copied', 9)],
    told: [
      'blocker certificate-limit *.example.com, example.com',
      'warning certificate-anew Secret/shop/wild-0',
      'warning certificate-anew Secret/mail/wild-0',
    ],
  },
  {
    says: 'hundreds of other names were issued before, and so count for no domain',
    issued: Array.from({ length: 200 }, (_, n) => some('shop', `host-${n}`)),
    told: ['warning certificate-anew Secret/shop/host-0'],
  },
])('$says', ({ issued, told }) => {
  expect(certificateFindings({ apps }, issued).map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual(told)
})

test('it says how many, why HTTP-01 does not help, and what does', () => {
  const [limit, anew] = certificateFindings({ apps }, wildcard('shop', 6))
  expect(limit?.message).toContain(
    '6 certificates with exactly these names are to be issued anew for green (Secret/shop/wild-0, Secret/shop/wild-1, Secret/shop/wild-2 and 3 more), and Let’s Encrypt issues 5 a week',
  )
  expect(limit?.remedy).toContain('copy these Secrets to green')
  expect(anew?.message).toMatch(
    /it and 5 more certificates of this namespace anew \(\*\.example\.com, example\.com\): by HTTP-01 it cannot/,
  )
  expect(anew?.remedy).toMatch(/DNS-01$/)
})
