import type { NodegroupDescription } from './eks-objects.ts'
import { record } from './fields.ts'
import { warning, type Finding } from './findings.ts'
import type { Templated } from './launch-templates.ts'

/**
 * Node groups that start nodes only where somebody has reserved capacity for them: blue's nodes are in it, and stay there
 * until blue goes. https://docs.aws.amazon.com/eks/latest/userguide/capacity-blocks-mng.html,
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-reservations-using.html
 */
export const capacityFindings = (
  nodegroups: readonly NodegroupDescription[],
  templates: readonly Templated[],
): Finding[] =>
  nodegroups.flatMap((group) => {
    const settings = templates.find((t) => t.group.name === group.name)?.template?.settings ?? {}
    const where = group.capacityType === 'CAPACITY_BLOCK' ? 'a Capacity Block' : reservedIn(settings)
    if (where === undefined) return []
    const { desiredSize, maxSize } = group.scalingConfig
    if (desiredSize === 0)
      return [
        warning(
          'nodegroup-capacity',
          group.name,
          `its nodes start in ${where} only; it has none now, and green's group may start ${maxSize} beside blue's`,
          'see that there is room for both in it; else pods of green wait for nodes while blue has its own',
        ),
      ]
    return [
      warning(
        'nodegroup-capacity',
        group.name,
        `its nodes start in ${where} only, and green's group starts ${desiredSize} more while blue keeps its own`,
        `see that there is room for ${desiredSize} more in it; else the step that creates the group fails with EC2's reason`,
      ),
    ]
  })

/** What a launch template asks for; undefined: no reservation, or any that is open. */
function reservedIn(settings: Readonly<Record<string, unknown>>): string | undefined {
  const { CapacityReservationTarget, CapacityReservationPreference } = record(
    settings['CapacityReservationSpecification'],
  )
  const { CapacityReservationId: id, CapacityReservationResourceGroupArn: group } = record(CapacityReservationTarget)
  if (record(settings['InstanceMarketOptions'])['MarketType'] === 'capacity-block') return 'a Capacity Block'
  if (typeof id === 'string') return `Capacity Reservation ${id}`
  if (typeof group === 'string') return `Capacity Reservations of ${group}`
  return CapacityReservationPreference === 'capacity-reservations-only' ? 'Capacity Reservations' : undefined
}
