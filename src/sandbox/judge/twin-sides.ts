import type { SandboxAws, WholeCluster } from '../types.ts'
import type { Side } from './twin.ts'

/** Where something may name a cluster. */
export type Account = Pick<SandboxAws, 'eks' | 'iam' | 'logs' | 'securityGroups' | 'subnets'>

/** A cluster with what hangs on it in EKS, and what elsewhere in the account is for it; undefined: it is not there. */
export function lookAt(account: Account, name: string | undefined): Side | undefined {
  const whole = name === undefined ? undefined : account.eks.whole(name)
  if (!whole) return undefined
  const { parts, arn, endpoint, caData, securityGroup } = whole
  const log = account.logs.settings(`/aws/eks/${whole.name}/cluster`)
  return {
    known: {
      name: whole.name,
      arn,
      endpoint,
      'certificate authority': caData,
      group: securityGroup,
      issuer: hostOf(whole),
    },
    // As it is now: what AWS keeps goes on changing.
    parts: structuredClone({
      ...parts,
      ...(log && { 'log group': log }),
      ...inIam(account, whole),
      ...inNetwork(account, whole),
    }),
  }
}

const hostOf = ({ issuer }: WholeCluster): string => issuer.replace(/^https:\/\//, '')

interface Trust {
  readonly Statement: readonly { readonly Sid?: string }[]
}

/** Statements that speak of this cluster, as those of another may stand beside them; a Sid is a name only. */
function inIam({ iam }: Account, whole: WholeCluster): Record<string, object> {
  const { trust, providers } = iam.inventory()
  const speaks = speaksOf(whole)
  const ofIt = (document: unknown) =>
    (document as Trust).Statement.filter((statement) => speaks(JSON.stringify(statement))) // IAM has checked it
      .map(({ Sid: _sid, ...statement }) => statement)
  return Object.fromEntries([
    ...providers
      .filter(({ arn }) => speaks(arn))
      .map((provider) => [`OIDC provider ${provider.arn.split('oidc-provider/')[1] ?? ''}`, provider] as const),
    ...Object.entries(trust)
      .map(([role, document]) => [`IAM role ${role}`, { statements: ofIt(document) }] as const)
      .filter(([, { statements }]) => statements.length > 0),
  ])
}

/** Rules of others by which its nodes and pods are let in, and tags by which its controllers find what is theirs. */
function inNetwork({ securityGroups, subnets }: Account, whole: WholeCluster): Record<string, object> {
  const speaks = speaksOf(whole)
  const tagsOf = (tags: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(tags).filter(([key, value]) => speaks(`${key} ${value}`)))
  return Object.fromEntries(
    [
      ...securityGroups.inventory().map(({ id, rules, tags }) => {
        const its = rules.filter(({ group }) => group === whole.securityGroup)
        return [`security group ${id}`, { rules: its, tags: tagsOf(tags) }] as const
      }),
      ...subnets.inventory().map(({ id, tags }) => [`subnet ${id}`, { rules: [], tags: tagsOf(tags) }] as const),
    ].filter(([, { rules, tags }]) => rules.length + Object.keys(tags).length > 0),
  )
}

const speaksOf = (whole: WholeCluster) => {
  const name = new RegExp(String.raw`(?<![\w-])${whole.name}(?![\w-])`)
  return (text: string): boolean => name.test(text) || (whole.issuer !== '' && text.includes(hostOf(whole)))
}
