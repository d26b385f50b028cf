import type { ClusterDescription } from './eks-objects.ts'

/** What is one cluster's own, by which a text may name it. */
export type Named = Pick<ClusterDescription, 'name' | 'endpoint' | 'certificateAuthority' | 'clusterSecurityGroupId'>

const words = {
  name: 'its name',
  endpoint: 'its endpoint',
  certificateAuthority: 'its certificate authority',
  clusterSecurityGroupId: 'its security group',
} as const satisfies Record<keyof Named, string>

const members = Object.keys(words) as (keyof Named)[] // the table's own keys

/** What of a cluster the text names, for people; empty: nothing. */
export const namesIn = (text: string, cluster: Named): string[] =>
  members.filter((m) => wordOf(cluster, m)?.test(text)).map((m) => words[m])

/** The text with green's words where blue's stood. JSON stays JSON: none of them has a character that it escapes. */
export const renamed = (text: string, blue: Named, green: Named): string =>
  members.reduce((said, member) => {
    const [word, instead] = [wordOf(blue, member), green[member]]
    return word && instead !== undefined ? said.replaceAll(word, () => instead) : said
  }, text)

/** A whole word: `demo-1-35`, and not what begins with it, `demo-1-35-nodes`. */
function wordOf(cluster: Named, member: keyof Named): RegExp | undefined {
  const text = cluster[member]
  if (text === undefined || text === '') return undefined
  const where = member === 'name' && !/\d/.test(text) ? asCluster : String.raw`(?<![\w-])`
  const escaped = text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(String.raw`${where}${escaped}(?![\w-])`, 'g')
}

/**
 * Where a name without any number stands for a cluster: `prod` is a word that labels, buckets and hosts have too. After
 * bootstrap.sh and the like, as a name in a NodeConfig, and in the names that AWS's own controllers look for.
 */
const asCluster = String.raw`(?<=bootstrap\.sh\s+["']?|--cluster(?:-name)?[ =]+["']?|(?:cluster[-_]?name|[cC]lusterName|CLUSTER_NAME)\\?["']?\s*[:=]\s*\\?["']?|\bname:\s+["']?|\.io/cluster/|:cluster/|/cluster-autoscaler/|eks-cluster-name"\s*:\s*\[[^\]]*")`
