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
  members.filter((m) => asWord(cluster[m])?.test(text)).map((m) => words[m])

/** The text with green's words where blue's stood. JSON stays JSON: none of them has a character that it escapes. */
export const renamed = (text: string, blue: Named, green: Named): string =>
  members.reduce((said, member) => {
    const [word, instead] = [asWord(blue[member]), green[member]]
    return word && instead !== undefined ? said.replaceAll(word, () => instead) : said
  }, text)

/** A whole word: `demo-1-35`, and not what begins with it, `demo-1-35-nodes`. */
const asWord = (text: string | undefined): RegExp | undefined =>
  text === undefined || text === ''
    ? undefined
    : new RegExp(`(?<![\\w-])${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`, 'g')
