import { describe, expect, test } from 'vitest'
import { namesIn, renamed, type Named } from '../../src/domain/names-of-clusters.ts'

/** Of which only the name is looked for. */
const named = (name: string) => ({ name }) as Named
const green = named('shop-1-36')

describe('a name that is a word of many things', () => {
  const prod = named('prod')
  test.for<[string, string]>([
    ["/etc/eks/bootstrap.sh 'prod' --use-max-pods", "/etc/eks/bootstrap.sh 'shop-1-36' --use-max-pods"],
    ['spec:\n  cluster:\n    name: prod\n', 'spec:\n  cluster:\n    name: shop-1-36\n'],
    ['[settings.kubernetes]\ncluster-name = "prod"', '[settings.kubernetes]\ncluster-name = "shop-1-36"'],
    ['{"clusterName":"prod"}', '{"clusterName":"shop-1-36"}'],
    ['CLUSTER_NAME=prod', 'CLUSTER_NAME=shop-1-36'],
    ['aws eks update-kubeconfig --cluster-name prod', 'aws eks update-kubeconfig --cluster-name shop-1-36'],
    ['{"Key":"kubernetes.io/cluster/prod"}', '{"Key":"kubernetes.io/cluster/shop-1-36"}'],
    ['arn:aws:eks:eu-west-1:111122223333:cluster/prod', 'arn:aws:eks:eu-west-1:111122223333:cluster/shop-1-36'],
  ])('is replaced where it is the cluster: %s', ([told, instead]) => {
    expect(namesIn(told, prod)).toEqual(['its name'])
    expect(renamed(told, prod, green)).toBe(instead)
  })

  test.for([
    '--node-labels=env=prod',
    's3://artifacts/prod/agent',
    'https://vault.prod.example.com',
    'name: prod-tools',
  ])('is left where it is something else: %s', (told) => {
    expect(namesIn(told, prod)).toEqual([])
    expect(renamed(told, prod, green)).toBe(told)
  })
})

test('a name with a number is the cluster wherever it stands, as a whole word', () => {
  const blue = named('shop-1-35')
  expect(renamed('--x shop-1-35 shop-1-35-tools shop-1-350 s3://b/shop-1-35/', blue, green)).toBe(
    '--x shop-1-36 shop-1-35-tools shop-1-350 s3://b/shop-1-36/',
  )
})
