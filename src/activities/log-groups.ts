import { RUN_TAG } from '../domain/clone.ts'
import { keptFor, logGroupOf } from '../domain/log-groups.ts'
import { awaitGone } from './clusters.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import { tagsOf } from './tokens.ts'
import { budgets, notYet, onceKnown, unlessGone } from './waiting.ts'

/** By who wants to know later why green was given up: without the tag it is left alone. */
const keepCommand = (arn: string): string => `aws logs untag-resource --resource-arn ${arn} --tag-keys ${RUN_TAG}`

export const logGroupActions = (outside: Outside) => {
  const makeLogGroup: Deed<'makeLogGroup'> = async (call) => {
    const { logs } = await proven(outside, call.scope)
    const name = logGroupOf(call.input.cluster)
    const found = await logs.find(name)
    if (!found) {
      await logs.create(name, tagsOf(call))
      throw notYet(`${name} was just made`, budgets.objects)
    }
    const by = (await logs.tags(found.arn))[RUN_TAG]
    return {
      note:
        by === call.run
          ? `${name} is there, of this run, and goes with ${call.input.cluster} where that is given up. To keep its logs then: ${keepCommand(found.arn)}`
          : `${name} was there before${by === undefined ? '' : `, of run ${by}`}: it is written on in, and stays`,
    }
  }

  const deleteLogGroup: Deed<'deleteLogGroup'> = async (call) => {
    const { cluster } = call.input
    const { eks, logs } = await proven(outside, call.scope)
    const name = logGroupOf(cluster)
    const there = await eks.findCluster(cluster)
    awaitGone(there)
    if (there) return { note: `${cluster} is there, and writes on in ${name}: it stays` }
    const found = await logs.find(name)
    if (!found) return { note: `${name} is gone` }
    const by = (await logs.tags(found.arn))[RUN_TAG]
    // What EKS still had to write when its group was deleted it writes into one that it makes anew, without a tag.
    if (by !== call.run)
      return {
        note: `${name} stays: this run did not make it (its tag ${RUN_TAG} says ${by ?? 'nothing'})`,
      }
    await unlessGone(
      name,
      budgets.objects,
      async () => (await logs.find(name)) === undefined,
      () => logs.remove(name),
    )
    throw notYet(`${name} was just deleted`, budgets.objects)
  }

  const copyLogRetention: Deed<'copyLogRetention'> = async (call) => {
    const { cluster, like } = call.input
    const { logs } = await proven(outside, call.scope)
    const [blue, green] = await Promise.all([logs.find(logGroupOf(like)), logs.find(logGroupOf(cluster))])
    const days = blue?.retentionDays
    if (days === undefined) return { note: `${like} keeps its logs for ever by now, and so does ${cluster}` }
    if (!green) throw notYet(`EKS has not made ${logGroupOf(cluster)} yet`, budgets.addon)
    if (green.retentionDays === days) return { note: `${green.name} keeps its logs for ${days} days` }
    // CloudWatch deletes at once what is older than it is told to keep: of logs that were there before, for good.
    if ((await logs.tags(green.arn))[RUN_TAG] !== call.run)
      return {
        note: `${green.name} was not made by this run, and goes on keeping its logs ${keptFor(green)}. Once whoever keeps it agrees: aws logs put-retention-policy --log-group-name ${green.name} --retention-in-days ${days}, which deletes what is older than that`,
      }
    await onceKnown(`log group ${green.name}`, budgets.objects, () => logs.setRetention(green.name, days))
    throw notYet(`${green.name} was just told to keep its logs for ${days} days`, budgets.objects)
  }

  return { makeLogGroup, deleteLogGroup, copyLogRetention }
}
