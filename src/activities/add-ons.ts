import { newAddon, RUN_TAG } from '../domain/clone.ts'
import { issuesInWords } from '../domain/eks-issues.ts'
import { ASKED, REMOVED, refuseWhileChanged } from './cluster-parts.ts'
import { contested, failed, notFound } from './errors.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import { ATTEMPT_TAG, tagsOf, tokenOf } from './tokens.ts'
import { budgets, doneAt, isGoing, noteDone, notYet, unlessGone } from './waiting.ts'

export const addonActions = (outside: Outside) => {
  const installAddon: Deed<'installAddon'> = async (call) => {
    const { cluster, addon, version, like } = call.input
    const { eks } = await proven(outside, call.scope)
    const found = await eks.findAddon(cluster, addon)
    if (!found) {
      const blue = await eks.findAddon(like, addon)
      if (!blue) throw notFound(`add-on ${addon} of ${like}, which is to be copied, is not there any more`)
      const [old, green] = await Promise.all([eks.findCluster(like), eks.findCluster(cluster)])
      if (!old || !green) throw notFound(`cluster ${old ? cluster : like} is not there`)
      refuseWhileChanged(green, addon)
      const by = { ...call.scope, run: call.run }
      const made = newAddon(blue, version, by, { blue: old, green })
      noteDone(ASKED)
      await eks.createAddon(cluster, { ...made, tags: { ...made.tags, ...tagsOf(call) } }, tokenOf(call))
      throw notYet(`${addon} was just asked for`, budgets.addon, undefined, doneAt(ASKED))
    }
    if (found.version !== version)
      throw contested(
        `${addon} is on ${cluster} as ${found.version}, not ${version}: somebody else installed it. Remove it, then retry`,
      )
    if (found.status === 'CREATE_FAILED' || found.status === 'DELETE_FAILED') {
      const reasons = issuesInWords('add-on', found.healthIssues)
      const others = found.tags[RUN_TAG] !== call.run
      if (found.status === 'CREATE_FAILED' && (others || Number(found.tags[ATTEMPT_TAG]) >= call.attempt))
        throw failed(`${addon} could not be installed: ${reasons}`)
      // Told anew once by each try, as of node groups.
      if (found.status === 'DELETE_FAILED' && (others || doneAt(REMOVED) !== undefined))
        throw failed(
          `${addon} ${others ? 'is there of somebody else' : 'failed in an earlier try'}, and could not be deleted: ${reasons}`,
        )
      await unlessGone(
        addon,
        budgets.addon,
        async () => isGoing(await eks.findAddon(cluster, addon)),
        () => eks.deleteAddon(cluster, addon),
      )
      noteDone(REMOVED)
      throw notYet(`${addon} failed in an earlier try and is deleted first`, budgets.addon)
    }
    // DEGRADED is no end: coredns is so until nodes are there.
    if (found.status !== 'ACTIVE')
      throw notYet(
        `${addon} is ${found.status}${found.healthIssues.length > 0 ? `: ${issuesInWords('add-on', found.healthIssues)}` : ''}`,
        budgets.addon,
        undefined,
        doneAt(ASKED),
      )
    return { note: `${addon} ${version} is ACTIVE` }
  }

  return { installAddon }
}
