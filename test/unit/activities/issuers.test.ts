import { expect, test } from 'vitest'
import { issuerActions } from '../../../src/activities/issuers.ts'
import type { Outside } from '../../../src/activities/outside.ts'
import { aCluster } from '../../support/eks.ts'
import { attempted } from '../../support/driven.ts'
import { call, scope } from '../../support/small-world.ts'

const clusters = { [scope.blue]: 'B', [scope.green]: 'C' }
const issuerOf = (name: string) =>
  `https://oidc.eks.${scope.region}.amazonaws.com/id/${(clusters[name] ?? '').repeat(32)}`
const providerOf = (name: string) =>
  `arn:aws:iam::${scope.account}:oidc-provider/${issuerOf(name).replace('https://', '')}`

/** An account with these providers, by cluster. */
const outside = (providers: Readonly<Record<string, readonly string[]>>): Outside => {
  const empty = () => ({})
  const ports = {
    identity: { whoAmI: async () => ({ account: scope.account, principalArn: '' }) },
    eks: () => ({
      findCluster: async (name: string) =>
        aCluster({
          name,
          arn: `arn:aws:eks:${scope.region}:${scope.account}:cluster/${name}`,
          oidcIssuer: issuerOf(name),
        }),
    }),
    roles: () => ({
      findProvider: async (arn: string) => {
        const [, clientIds] = Object.entries(providers).find(([name]) => providerOf(name) === arn) ?? []
        return clientIds && { arn, clientIds, tags: {} }
      },
    }),
  }
  // What else a port has is not asked.
  return { ports: new Proxy(ports, { get: (of, name) => Reflect.get(of, name) ?? empty }) } as unknown as Outside
}

test.for([
  {
    says: 'is waited for, with the command that makes it',
    greens: undefined,
    answer: `aws iam create-open-id-connect-provider --url ${issuerOf(scope.green)} --client-id-list sts.amazonaws.com vault`,
  },
  {
    says: 'is to take tokens for whom blue’s does',
    greens: ['sts.amazonaws.com'],
    answer: `aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${providerOf(scope.green)} --client-id vault`,
  },
  { says: 'is enough where it does', greens: ['vault', 'sts.amazonaws.com'], answer: 'ready' },
])('the provider of a green that others made $says', async ({ greens, answer }) => {
  const its = { [scope.blue]: ['sts.amazonaws.com', 'vault'], ...(greens && { [scope.green]: greens }) }
  const { awaitProvider } = issuerActions(outside(its))
  expect(await attempted(awaitProvider, call<'awaitProvider'>({ cluster: scope.green, like: scope.blue }))).toContain(
    answer,
  )
})
