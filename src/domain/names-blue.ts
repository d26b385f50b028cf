import { info, type Finding } from './findings.ts'
import { revokeCommand, ruleInWords, type GroupRule } from './group-rules.ts'
import { clusterTag, DISCOVERY_TAG, isMadeForCluster, untagCommands, type Tagged } from './network-tags.ts'
import { few } from './few.ts'

/** What names a cluster on things of others that stay when it is gone. Norikae writes none of it. */
export interface Naming {
  /** The group that EKS made for it; undefined where it has none (yet). */
  readonly group: string | undefined
  /** Rules of other groups that name that one. */
  readonly rules: readonly GroupRule[]
  readonly ofCluster: readonly Tagged[]
  readonly ofDiscovery: readonly Tagged[]
}

/** Each with the command that takes it off, once the cluster is gone: in the plan, and again before its removal is approved. */
export function namesBlue(cluster: string, { group, rules, ofCluster, ofDiscovery }: Naming): Finding[] {
  const stays = (all: readonly Tagged[]) =>
    all
      .filter(({ id, name, tags }) => id !== group && !isMadeForCluster(name, tags))
      .map(({ id }) => id)
      .toSorted()
  const told = (about: string, message: string, command: string, but = '') =>
    info(
      'names-blue',
      about,
      `${message}, and stays when that is gone`,
      `not before ${cluster} is gone${but}: ${command}`,
    )
  const [tagged, discovered] = [stays(ofCluster), stays(ofDiscovery)]
  return [
    ...(group === undefined
      ? []
      : rules.map((rule) =>
          told(ruleInWords(rule), `it names ${group}, the security group of ${cluster}`, revokeCommand(rule, group)),
        )),
    ...(tagged.length === 0
      ? []
      : [told(`tag ${clusterTag(cluster)}`, `it is on ${few(tagged)}`, untagCommands(tagged, clusterTag(cluster)))]),
    ...(discovered.length === 0
      ? []
      : [
          told(
            `tag ${DISCOVERY_TAG}: ${cluster}`,
            `it is on ${few(discovered)}`,
            untagCommands(discovered, `${DISCOVERY_TAG},Value=${cluster}`),
            // A copy of blue's that nobody changed does: without the tag Karpenter makes no more nodes there.
            ', and only once no EC2NodeClass of another cluster selects by it (there: kubectl get ec2nodeclasses -o yaml)',
          ),
        ]),
  ]
}
