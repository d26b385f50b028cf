import type { ClusterDescription, Settings, VersionDescription } from './eks-objects.ts'
import { record, records } from './fields.ts'
import { blocker, warning, type Finding } from './findings.ts'

/**
 * What blue's API server, scheduler and controller manager are started with, against what EKS takes for a version of
 * Kubernetes. It refuses the rest when green is made. Of a version without any limits nothing is said; where they leave a
 * setting out, EKS may take it or not, so that is a warning.
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_ControlPlaneConfigInfo.html
 */

/** Of one setting: what is wrong with its value, by the limits as EKS tells them. */
type Judge = (value: unknown, limits: Settings) => readonly string[]

const settings: Readonly<Record<string, Judge>> = {
  'kubeApiServerConfig.eventTtl': duration,
  'kubeApiServerConfig.serviceNodePortRange': ports,
  'kubeSchedulerConfig.nodeResourcesFit.scoringStrategy': scoring,
  'kubeControllerManagerConfig.podGcControllerConfig.terminatedPodGcThreshold': (value, limits) =>
    within('it', value, limits),
  'kubeControllerManagerConfig.horizontalPodAutoscalerControllerConfig.horizontalPodAutoscalerSyncPeriod': duration,
}

export function componentFindings(
  { name, settings: has }: Pick<ClusterDescription, 'name' | 'settings'>,
  target: VersionDescription | undefined,
): Finding[] {
  const limits = target && limitsOf(target, tierOf(has))
  if (!target || !limits) return []
  return Object.entries(settings).flatMap(([path, judge]) => {
    const value = at(has, path)
    if (value === undefined) return []
    const told = at(limits, path)
    if (told === undefined)
      return [
        warning(
          'cluster-component',
          `${name} ${path}`,
          `blue has ${JSON.stringify(value)}, and EKS does not say whether ${target.version} takes it`,
          "see whether it is offered there; where it is not, the step that creates green fails with EKS's reason",
        ),
      ]
    return judge(value, record(record(told)['constraints'])).map((fault) =>
      blocker(
        'cluster-component',
        `${name} ${path}`,
        `blue has ${JSON.stringify(value)}, which EKS does not take for ${target.version}: ${fault}`,
        "change it on blue to what both versions take (aws eks update-cluster-config), or choose another version: green gets blue's",
      ),
    )
  })
}

/** Of a larger control plane there are other limits for some. */
const limitsOf = ({ components, componentsOfTier }: VersionDescription, tier: string): Settings | undefined =>
  components && merged(components, componentsOfTier?.[tier] ?? {})

export const tierOf = (of: Settings): string => {
  const { tier } = record(of['controlPlaneScalingConfig'])
  return typeof tier === 'string' ? tier : 'standard'
}

/** Down to each setting, which the second has as a whole or not at all. */
function merged(some: Settings, others: Settings): Settings {
  const both = Object.keys({ ...some, ...others })
  return Object.fromEntries(
    both.map((key) => {
      const [one, other] = [some[key], others[key]]
      if (one === undefined || other === undefined) return [key, other ?? one]
      return [key, 'constraints' in record(other) ? other : merged(record(one), record(other))]
    }),
  )
}

const at = (of: Settings, path: string): unknown =>
  path.split('.').reduce<unknown>((found, key) => record(found)[key], of)

function duration(value: unknown, { min, max }: Settings): readonly string[] {
  const [is, least, most] = [value, min, max].map(secondsOf)
  if (is === undefined) return []
  return (least !== undefined && is < least) || (most !== undefined && is > most) ? [between(min, max)] : []
}

/** As Go writes them: `1h30m0s`, `500ms`. */
function secondsOf(text: unknown): number | undefined {
  if (typeof text !== 'string' || !/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) return undefined
  const unit: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 }
  return [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)].reduce(
    (sum, [, n, u = '']) => sum + Number(n) * (unit[u] ?? 0),
    0,
  )
}

function ports(value: unknown, limits: Settings): readonly string[] {
  return ['minPort', 'maxPort'].flatMap((end) => within(end, record(value)[end], record(limits[end])))
}

function scoring(value: unknown, limits: Settings): readonly string[] {
  const { type, resources } = record(value)
  const of = record(limits['resources'])
  return [
    ...among('its type', type, record(limits['scoringStrategy'])),
    ...records(resources).flatMap(({ name, weight }) => [
      ...among('a resource', name, record(of['name'])),
      ...within(`the weight of ${String(name)}`, weight, record(of['weight'])),
    ]),
  ]
}

const within = (what: string, value: unknown, { min, max }: Settings): readonly string[] =>
  typeof value === 'number' && ((typeof min === 'number' && value < min) || (typeof max === 'number' && value > max))
    ? [`${what === 'it' ? '' : `${what} `}${between(min, max)}`]
    : []

const among = (what: string, value: unknown, { allowedValues }: Settings): readonly string[] =>
  Array.isArray(allowedValues) && value !== undefined && !allowedValues.includes(value)
    ? [`${what} may be ${allowedValues.join(', ')}`]
    : []

const between = (min: unknown, max: unknown): string =>
  [bound('from', min), bound('to', max)].filter((part) => part !== '').join(' ')

const bound = (word: string, limit: unknown): string =>
  typeof limit === 'string' || typeof limit === 'number' ? `${word} ${limit}` : ''
