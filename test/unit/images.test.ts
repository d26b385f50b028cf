import { expect, test } from 'vitest'
import { differencesInWords, imageDifferences } from '../../src/domain/images.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'

const running = (name: string, ...images: readonly string[]): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  spec: { template: { spec: { containers: images.map((image) => ({ name: image, image })) } } },
})
const web = running('web', 'web:1')

test.for<{ says: string; blue: KubernetesObject[]; green: KubernetesObject[]; words: string }>([
  { says: 'the same', blue: [web, running('b', 'x')], green: [running('b', 'x'), web], words: '' },
  {
    says: 'another image',
    blue: [running('web', 'web:2', 'proxy:1')],
    green: [running('web', 'web:1', 'proxy:1')],
    words: 'Deployment/shop/web: web:2 proxy:1 on blue, web:1 proxy:1 on green',
  },
  { says: 'one that is missing', blue: [web], green: [], words: 'Deployment/shop/web is not on green (web:1 on blue)' },
  { says: 'one too many', blue: [], green: [web], words: 'Deployment/shop/web is not on blue (web:1 on green)' },
  {
    says: 'more than people read',
    blue: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => running(name, 'x')),
    green: [],
    words: `${['a', 'b', 'c', 'd', 'e'].map((n) => `Deployment/shop/${n} is not on green (x on blue)`).join('; ')}; and 2 more`,
  },
])('images of both sides: $says', ({ blue, green, words }) => {
  expect(differencesInWords(imageDifferences(blue, green)).join('; ')).toBe(words)
})
