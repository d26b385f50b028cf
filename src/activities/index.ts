import type { Activities } from '../workflows/activities.ts'
import { accessActions } from './access.ts'
import { accessCopyActions } from './access-copies.ts'
import { addonActions } from './add-ons.ts'
import { adoptionActions } from './adoption.ts'
import { argocdActions } from './argocd.ts'
import { bufferActions } from './buffers.ts'
import { calendarActivities } from './calendar.ts'
import { chatActivities } from './chat.ts'
import { checkProofActions } from './check-proofs.ts'
import { clusterActions } from './clusters.ts'
import { copiedVolumeActions } from './copied-volumes.ts'
import { deploymentActions } from './deployments.ts'
import { externalDeploymentActions } from './external-deployments.ts'
import { fargateActions } from './fargate-profiles.ts'
import { logGroupActions } from './log-groups.ts'
import { networkTagActions } from './network-tags.ts'
import { identityProviderActions } from './identity-providers.ts'
import { fluxActions } from './flux-deployments.ts'
import { draftingActivities } from './drafting.ts'
import { dryRunActions } from './dry-run.ts'
import { emptyingActions } from './emptying.ts'
import { examiningActivities } from './examining.ts'
import { explainingHealthActivities } from './explaining-health.ts'
import { externalActions } from './externals.ts'
import { foreseeingActivities } from './foreseeing.ts'
import { groupRuleActions } from './group-rules.ts'
import { healthActivities } from './health.ts'
import { imageActivities } from './image-comparison.ts'
import { capacityActions } from './balancer-capacity.ts'
import { quietActions } from './quiet.ts'
import { idlenessActions } from './idleness.ts'
import { namespaceActions } from './namespaces.ts'
import { issuerActions } from './issuers.ts'
import { roleProofActions } from './role-proofs.ts'
import { roleTrustActions } from './role-trust.ts'
import { launchTemplateActions } from './launch-templates.ts'
import { nodeGroupActions } from './node-groups.ts'
import { notificationActivities } from './notifications.ts'
import type { Outside } from './outside.ts'
import { pointerActions } from './pointers.ts'
import { preparingActivities } from './preparing.ts'
import { removalActions } from './removal.ts'
import { replanningActivities } from './replanning.ts'
import { requestingActivities } from './requesting.ts'
import { fenceActions } from './fences.ts'
import { remainsActions } from './remains.ts'
import { scheduleActions } from './schedules.ts'
import { proofActivities } from './proofs.ts'
import { sizeActions } from './sizes.ts'
import { pageActions } from './pages.ts'
import { trafficActions } from './traffic.ts'
import { volumeActions } from './volumes.ts'
import { beating, patient } from './waiting.ts'
import { watchActivities } from './watch.ts'
import { wayBackActivities } from './way-back.ts'
import { workloadActions } from './workloads.ts'

/** Everything that the workflows may ask of the outside. What watches never gives up; everything else does, some time. */
export function createActivities(outside: Outside): Activities {
  const { watch, awaitMetrics, opening, notify, post, ...others } = all(outside)
  const asked = Object.entries(others).map(([name, activity]) => [
    name,
    patient(activity as (input: unknown) => Promise<unknown>),
  ])
  // Under its own name each has the type that it had.
  return {
    ...Object.fromEntries(asked),
    watch: beating(watch),
    awaitMetrics: beating(awaitMetrics),
    opening: beating(opening),
    // For how long a notice is tried is the workflow's to say.
    notify: beating(notify),
    post: beating(post),
  } as Activities
}

const all = (outside: Outside): Activities => ({
  ...preparingActivities(outside),
  ...foreseeingActivities(outside),
  ...replanningActivities(outside),
  ...clusterActions(outside),
  ...removalActions(outside),
  ...adoptionActions(outside),
  ...emptyingActions(outside),
  ...remainsActions(outside),
  ...accessActions(outside),
  ...accessCopyActions(outside),
  ...nodeGroupActions(outside),
  ...launchTemplateActions(outside),
  ...fargateActions(outside),
  ...identityProviderActions(outside),
  ...groupRuleActions(outside),
  ...networkTagActions(outside),
  ...logGroupActions(outside),
  ...issuerActions(outside),
  ...roleTrustActions(outside),
  ...roleProofActions(outside),
  ...checkProofActions(outside),
  ...addonActions(outside),
  ...namespaceActions(outside),
  ...deploymentActions(outside),
  ...externalDeploymentActions(outside),
  ...argocdActions(outside),
  ...fluxActions(outside),
  ...pointerActions(outside),
  ...dryRunActions(outside),
  ...sizeActions(outside),
  ...trafficActions(outside),
  ...pageActions(outside),
  ...idlenessActions(outside),
  ...quietActions(outside),
  ...capacityActions(outside),
  ...workloadActions(outside),
  ...scheduleActions(outside),
  ...fenceActions(outside),
  ...bufferActions(outside),
  ...volumeActions(outside),
  ...copiedVolumeActions(outside),
  ...externalActions(outside),
  ...healthActivities(outside),
  ...wayBackActivities(outside),
  ...watchActivities(outside),
  ...imageActivities(outside),
  ...calendarActivities(),
  ...notificationActivities(outside),
  ...examiningActivities(outside),
  ...explainingHealthActivities(outside),
  ...requestingActivities(outside),
  ...draftingActivities(outside),
  ...chatActivities(outside),
  ...proofActivities(outside),
})
