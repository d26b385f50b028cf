import type { AddonDescription, AddonVersion } from './eks-objects.ts'
import type { AddonFacts, BlueFacts } from './facts.ts'
import { blocker, warning, type Finding } from './findings.ts'

/** Which versions of add-ons green gets, in which order, and what they ask for. */

/**
 * AWS's default for the target version, or blue's own where that fits too and is newer: AWS lists the newest first. A default
 * may be older than what somebody has chosen for blue, most of all where green gets blue's version. Undefined where none fits.
 */
export function addonVersionFor(
  versions: readonly AddonVersion[],
  target: string,
  ofBlue: string | undefined,
): string | undefined {
  const fitting = versions.filter((v) => v.compatibleWith.includes(target))
  const byDefault = Math.max(
    0,
    fitting.findIndex((v) => v.defaultFor.includes(target)),
  )
  return (fitting.slice(0, byDefault).find((v) => v.version === ofBlue) ?? fitting[byDefault])?.version
}

/** What must run before nodes can: networking and identity. The rest needs nodes to become healthy. */
const beforeNodes: readonly string[] = ['vpc-cni', 'kube-proxy', 'eks-pod-identity-agent']

export function planAddons(
  blue: BlueFacts,
  versions: Readonly<Record<string, readonly AddonVersion[]>>,
  target: string,
): { addons: AddonFacts[]; findings: Finding[] } {
  const chosen = blue.addons.map(({ name, version }) => ({
    name,
    targetVersion: addonVersionFor(versions[name] ?? [], target, version),
  }))
  return {
    addons: chosen
      .flatMap(({ name, targetVersion }) =>
        targetVersion === undefined ? [] : [{ name, targetVersion, needsNodes: !beforeNodes.includes(name) }],
      )
      .toSorted((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1)),
    findings: [
      ...chosen
        .filter((a) => a.targetVersion === undefined)
        .map(({ name }) =>
          blocker(
            'addon-version',
            name,
            `AWS offers no version of it for ${target}`,
            'remove it from blue, or choose another target version',
          ),
        ),
      ...blue.addons.flatMap((addon) => needsMore(addon, versions[addon.name] ?? [], target)),
    ],
  }
}

/** What the version that green gets asks for, and blue's add-on does not have. */
function needsMore(
  { name, version, configurationValues = '', serviceAccountRoleArn, podIdentities }: AddonDescription,
  versions: readonly AddonVersion[],
  target: string,
): Finding[] {
  const chosen = addonVersionFor(versions, target, version)
  const [next, now] = [chosen, version].map((one) => versions.find((v) => v.version === one))
  const asNodes = serviceAccountRoleArn === undefined && podIdentities.length === 0
  const bare = next?.requiresConfiguration === true && configurationValues === ''
  return [
    // Where blue's own version says so too, or nobody knows what it says, blue runs without one.
    ...(bare
      ? [
          (now && !now.requiresConfiguration ? blocker : warning)(
            'addon-configuration',
            name,
            now && !now.requiresConfiguration
              ? `${next.version} does not install without a configuration, and blue's has none`
              : `EKS says that ${next.version} does not install without a configuration, and blue's ${version} runs without one`,
            `configure it on blue, where it needs one: aws eks describe-addon-configuration --addon-name ${name} --addon-version ${next.version}`,
          ),
        ]
      : []),
    // One that has no role on blue acts as its nodes' there, and does so on green.
    ...(next?.requiresIamPermissions && now && !now.requiresIamPermissions && asNodes
      ? [
          warning(
            'addon-role',
            name,
            `${next.version} needs permissions that ${now.version} did not, and blue's has no role of its own`,
            `see that its nodes' role has them, or give it one on blue: aws eks describe-addon-configuration --addon-name ${name} --addon-version ${next.version}`,
          ),
        ]
      : []),
  ]
}

const rank = (name: string): number => (beforeNodes.indexOf(name) + beforeNodes.length + 1) % (beforeNodes.length + 1)
