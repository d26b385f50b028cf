import { logGroupOf } from '../domain/log-groups.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import { budgets, notYet, onceKnown } from './waiting.ts'

export const logGroupActions = (outside: Outside) => {
  const copyLogRetention: Deed<'copyLogRetention'> = async (call) => {
    const { cluster, like } = call.input
    const { logs } = await proven(outside, call.scope)
    const [blue, green] = await Promise.all([logs.find(logGroupOf(like)), logs.find(logGroupOf(cluster))])
    const days = blue?.retentionDays
    if (days === undefined) return { note: `${like} keeps its logs for ever by now, and so does ${cluster}` }
    if (!green) throw notYet(`EKS has not made ${logGroupOf(cluster)} yet`, budgets.addon)
    if (green.retentionDays === days) return { note: `${green.name} keeps its logs for ${days} days` }
    await onceKnown(`log group ${green.name}`, budgets.objects, () => logs.setRetention(green.name, days))
    throw notYet(`${green.name} was just told to keep its logs for ${days} days`, budgets.objects)
  }
  return { copyLogRetention }
}
