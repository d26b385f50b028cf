import { each } from './few-at-a-time.ts'
import { configurationFindings, type Configured } from '../domain/addon-configuration.ts'
import { amiFacts, amiFindings, imagesToKnow } from '../domain/amis.ts'
import { cloneFindings, greenExists, tierFindings } from '../domain/clone.ts'
import { planAddons } from '../domain/clone-addons.ts'
import { entryFindings, partsInside } from '../domain/clone-access.ts'
import { componentFindings } from '../domain/control-plane-components.ts'
import type { VersionDescription } from '../domain/eks-objects.ts'
import type { AddonFacts, BlueFacts } from '../domain/facts.ts'
import { fargateFindings } from '../domain/fargate.ts'
import type { Finding } from '../domain/findings.ts'
import { identityProviderFindings } from '../domain/identity-providers.ts'
import type { KubernetesVersion } from '../domain/kubernetes-version.ts'
import { templateFacts, templateFindings } from '../domain/launch-templates.ts'
import { logFacts, logFindings, logGroupOf } from '../domain/log-groups.ts'
import type { PlatformFile } from '../domain/platform-file.ts'
import { capacityFindings } from '../domain/reserved-capacity.ts'
import { tagFindings } from '../domain/tag-room.ts'
import { findingsOfAccess } from './access.ts'
import { hasAwsAuth } from './access-copies.ts'
import { templatesOn } from './launch-templates.ts'
import type { Proven } from './outside.ts'
import type { EksPort, KubernetesPort } from './ports.ts'

interface Cloned {
  readonly blue: BlueFacts
  readonly file: Pick<PlatformFile, 'platform' | 'amis'>
  readonly green: string
  readonly to: KubernetesVersion
  readonly versions: readonly VersionDescription[]
  readonly principalArn: string
}

/** What a green like blue would be made of, and what stands in the way of that. Reads only. */
export async function cloneSurvey(
  world: Proven,
  kubernetes: KubernetesPort,
  { blue, file, green, to, versions, principalArn }: Cloned,
) {
  const { eks } = world
  const { cluster, nodegroups } = blue
  const target = versions.find((v) => v.version === to)
  const offered = await each(blue.addons, async ({ name }) => [name, await eks.addonVersions(name, to)] as const)
  const templates = await templatesOn(world, blue)
  const booted = { nodegroups, templates, amis: file.amis, from: cluster.version, to }
  const ofImages = amiFacts(booted)
  const logGroup = cluster.logging.length === 0 ? undefined : await world.logs.find(logGroupOf(cluster.name))
  const ofTemplates = templateFacts(cluster, file.platform, templates, ofImages.images)
  const addons = planAddons(blue, Object.fromEntries(offered), to)
  return {
    templates,
    facts: {
      addons: addons.addons,
      ...partsInside(blue, principalArn, await hasAwsAuth(kubernetes, blue)),
      ...ofTemplates,
      ...ofImages,
      ...logFacts(cluster.logging, logGroup),
    },
    /** Asked for only where green is made: one that others made is held against blue instead. */
    findings: async (): Promise<Finding[]> => [
      ...(await greenFindings(eks, green)),
      ...cloneFindings(blue),
      ...entryFindings(blue.accessEntries),
      ...templateFindings(templates, green, ofTemplates.launchTemplates),
      ...capacityFindings(nodegroups, templates),
      ...tagFindings(
        blue,
        templates.filter(({ group }) => ofTemplates.launchTemplates?.includes(group.name)),
        { blue: cluster.name, green, platform: file.platform, run: '' },
      ),
      ...amiFindings(booted, await world.compute.images(imagesToKnow(booted))),
      ...fargateFindings(blue.fargateProfiles),
      ...identityProviderFindings(blue.identityProviders),
      ...logFindings(logGroup, green),
      ...tierFindings(cluster, target),
      ...componentFindings(cluster, target),
      ...(await findingsOfAccess(eks, kubernetes, { blue: cluster.name, principalArn })),
      ...addons.findings,
      ...configurationFindings(await configured(eks, blue, addons.addons)),
    ],
  }
}

/** Add-ons with a configuration, and what the versions that green gets would refuse of it. */
async function configured(
  eks: EksPort,
  { addons }: BlueFacts,
  planned: readonly AddonFacts[],
): Promise<readonly Configured[]> {
  const asked = addons.flatMap((addon) => {
    const target = planned.find(({ name }) => name === addon.name)?.targetVersion
    const { configurationValues: values } = addon
    return target === undefined || values === undefined || values === '' ? [] : [{ addon, target, values }]
  })
  return each(asked, async ({ addon, target, values }) => ({
    addon,
    target,
    faults: await eks.configurationFaults(addon.name, target, values),
  }))
}

/** Looked at once, before anything is made; so whatever is there is not this run's. */
async function greenFindings(eks: EksPort, green: string): Promise<Finding[]> {
  const found = await eks.findCluster(green)
  return found ? [greenExists(found)] : []
}
