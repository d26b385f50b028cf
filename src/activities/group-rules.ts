import type { Duration } from '../domain/duration.ts'
import { missingRules, ruleCommand, ruleInWords, type GroupRule } from '../domain/group-rules.ts'
import { readable, wholeOf } from '../domain/readable.ts'
import { notFound } from './errors.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import type { NetworkPort } from './ports.ts'
import { notYet } from './waiting.ts'

/** Then people are asked whether to wait on, or to go on without what nobody adds. */
const PATIENCE: Duration = '1d'

export const groupRuleActions = (outside: Outside) => {
  const awaitGroupRules: Deed<'awaitGroupRules'> = async (call) => {
    const { cluster, like } = call.input
    const { eks, network } = await proven(outside, call.scope)
    const [blue, green] = await Promise.all([eks.findCluster(like), eks.findCluster(cluster)])
    const its = green?.clusterSecurityGroupId
    if (!blue || its === undefined) throw notFound(`cluster ${blue ? cluster : like} is not there`)
    const wanted = await rulesNaming(network, blue.clusterSecurityGroupId)
    const missing = missingRules(wanted, await rulesNaming(network, its))
    if (missing.length === 0)
      return {
        note: `all ${wanted.length} rules that name the security group of ${like} name ${its} of ${cluster} too`,
      }
    throw notYet(
      `${missing.length} of ${wanted.length} rules do not name ${its}, the security group of ${cluster}, yet: ${readable(
        missing.map((rule) => `${ruleInWords(rule)}: ${ruleCommand(rule, its)}`),
        (n) => `and ${n} more: ${wholeOf(call.scope.platform)}`,
      )}`,
      PATIENCE,
    )
  }
  return { awaitGroupRules }
}

/** Of other groups than itself. */
export const rulesNaming = async (network: NetworkPort, group: string | undefined): Promise<readonly GroupRule[]> =>
  group === undefined ? [] : (await network.rulesNaming(group)).filter((rule) => rule.group !== group)
