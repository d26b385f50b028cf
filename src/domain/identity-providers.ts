import { tagsOfCopy, type Copied } from './clone.ts'
import type { IdentityProvider, NewIdentityProvider } from './eks-objects.ts'
import { blocker, info, type Finding } from './findings.ts'

/**
 * Identity providers let people into a cluster by a token of their own company's, beside IAM. Nothing of one names a
 * cluster, and it ends with its cluster.
 * https://docs.aws.amazon.com/eks/latest/userguide/authenticate-oidc-identity-provider.html
 */
export function newIdentityProvider(blue: IdentityProvider, made: Copied): NewIdentityProvider {
  const { status: _status, unknown: _unknown, ...asked } = blue
  return { ...asked, tags: tagsOfCopy(blue.tags, made) }
}

export const identityProviderFindings = (providers: readonly IdentityProvider[]): Finding[] =>
  providers.flatMap(({ name, status, issuerUrl }) => [
    ...(status === 'ACTIVE'
      ? []
      : [blocker('identity-provider', name, `its status is ${status}`, 'wait until it is ACTIVE or gone')]),
    info(
      'identity-provider',
      name,
      `people get into green by ${issuerUrl} too: the last part of it, for which EKS takes ten to twenty minutes`,
      'nothing: the issuer and its client are the same',
    ),
  ])
