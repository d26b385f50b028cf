import type { LaunchTemplate } from './ec2-objects.ts'
import type { NodegroupDescription } from './eks-objects.ts'
import type { ClusterFacts } from './facts.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { compareVersions, type KubernetesVersion } from './kubernetes-version.ts'
import type { Templated } from './launch-templates.ts'
import { ofLook } from './missing-rights.ts'

/**
 * What nodes of green boot from, where EKS does not choose by itself: an image of one's own is built for one Kubernetes,
 * and of Amazon Linux 2 there is none from 1.33 on. Which one is in its place only people know, so the platform file
 * says it (`green.amis`), and nothing is guessed.
 * https://docs.aws.amazon.com/eks/latest/userguide/eks-ami-deprecation-faqs.html
 */

/** By image (`ami-…`) or type (`AL2_x86_64`) of blue: the same of green. */
export type Amis = Readonly<Record<string, string>>

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Image.html */
export interface ImageDescription {
  readonly id: string
  /** `x86_64`, `arm64` */
  readonly architecture: string
  /** `available`: nodes may be started from it. */
  readonly state: string
}

export interface Booted {
  readonly nodegroups: readonly NodegroupDescription[]
  readonly templates: readonly Templated[]
  readonly amis: Amis
  readonly from: string
  readonly to: KubernetesVersion
}

const OWN = 'CUSTOM'
const LINUX_2 = /^AL2_/

export const imageOf = (template: Pick<LaunchTemplate, 'settings'> | undefined): string | undefined => {
  const image = template?.settings['ImageId']
  return typeof image === 'string' ? image : undefined
}

/** The template of the node group; undefined: it has none, or that is gone. */
const templateOf = (templates: readonly Templated[], { name }: NodegroupDescription): LaunchTemplate | undefined =>
  templates.find(({ group }) => group.name === name)?.template

/** Images that are named for blue or for green: what EC2 is to be asked for. */
export function imagesToKnow({ nodegroups, templates, amis }: Booted): string[] {
  const own = nodegroups
    .filter((group) => group.amiType === OWN)
    .flatMap((group) => imageOf(templateOf(templates, group)) ?? [])
  const mapped = own.flatMap((image) => amis[image] ?? [])
  return mapped.length === 0 ? [] : [...new Set([...own, ...mapped])].toSorted()
}

/** What a plan names of them, by node group; left out where there is none. */
export function amiFacts({ nodegroups, templates, amis }: Booted): Pick<ClusterFacts, 'images' | 'amiTypes'> {
  const given = (of: (group: NodegroupDescription) => string | undefined) =>
    Object.fromEntries(
      nodegroups.flatMap((group) => {
        const is = of(group)
        const instead = is === undefined ? undefined : amis[is]
        return instead === undefined || instead === is ? [] : [[group.name, instead] as const]
      }),
    )
  const images = given((group) => (group.amiType === OWN ? imageOf(templateOf(templates, group)) : undefined))
  const amiTypes = given((group) => (LINUX_2.test(group.amiType) ? group.amiType : undefined))
  return {
    ...(Object.keys(images).length > 0 && { images }),
    ...(Object.keys(amiTypes).length > 0 && { amiTypes }),
  }
}

/** `known`: what EC2 tells of `imagesToKnow`. */
export function amiFindings(booted: Booted, known: readonly ImageDescription[]): Finding[] {
  const { nodegroups, templates, amis } = booted
  const used = new Set(nodegroups.flatMap((group) => [group.amiType, imageOf(templateOf(templates, group)) ?? '']))
  return [
    ...nodegroups.flatMap((group) => {
      const template = templateOf(templates, group)
      if (group.amiType === OWN) return ofOwn(group, template, booted, known)
      return LINUX_2.test(group.amiType) ? ofLinux2(group, template, booted) : []
    }),
    ...Object.keys(amis)
      .filter((ami) => !used.has(ami))
      .map((ami) =>
        warning('ami-unused', ami, 'green.amis names it, and no node group of blue has it', 'take the line out'),
      ),
  ]
}

function ofOwn(
  { name }: NodegroupDescription,
  template: LaunchTemplate | undefined,
  { amis, from, to }: Booted,
  known: readonly ImageDescription[],
): Finding[] {
  const refuse = (why: string, remedy: string) => [blocker('nodegroup-custom-ami', name, why, remedy)]
  const is = imageOf(template)
  // A template that is gone is told of by itself.
  if (!template) return []
  if (is === undefined)
    return refuse('its image is one of your own, and its launch template names none', 'name the image in the template')
  const mapped = amis[is]
  // An image of blue's Kubernetes is one of green's where both have the same.
  if (mapped === undefined)
    return from === to
      ? []
      : refuse(
          `its nodes start from ${is}, which was built for ${from}`,
          `build one for ${to} and write green: { amis: { ${is}: <the new one> } }; the same one again, if its kubelet may serve ${to}`,
        )
  const [before, after] = [is, mapped].map((id) => known.find((image) => image.id === id))
  if (!after)
    return refuse(
      `green.amis gives it ${mapped}, which this account does not see in its region`,
      'copy it there or share it with the account',
    ).map((f) => ofLook('images', f))
  if (after.state !== 'available')
    return refuse(`green.amis gives it ${mapped}, which is ${after.state}`, 'wait until it is available')
  if (before && before.architecture !== after.architecture)
    return refuse(
      `green.amis gives it ${mapped}, which is for ${after.architecture}; ${is} is for ${before.architecture}`,
      'name one of the same architecture',
    )
  return is !== mapped && BOOTSTRAP.test(template.userData ?? '')
    ? [
        warning(
          'nodegroup-user-data',
          name,
          `its user data calls bootstrap.sh, which images of Amazon Linux 2 have and those of AL2023 do not; green's start from ${mapped}`,
          `see that ${mapped} has it`,
        ),
      ]
    : []
}

const BOOTSTRAP = /\bbootstrap\.sh\b/

function ofLinux2(
  { name, amiType }: NodegroupDescription,
  template: LaunchTemplate | undefined,
  { amis, to }: Booted,
): Finding[] {
  const refuse = (why: string, remedy: string) => [blocker('nodegroup-al2', name, why, remedy)]
  const mapped = amis[amiType]
  if (mapped === undefined)
    return compareVersions(to, '1.33') >= 0
      ? refuse(
          `there are no ${amiType} images for Kubernetes 1.33 and newer`,
          `write green: { amis: { ${amiType}: ${SUCCESSORS[amiType] ?? 'AL2023_x86_64_STANDARD'} } } or a type of Bottlerocket, or replace the group on blue first`,
        )
      : []
  const { userData = '' } = template ?? {}
  if (userData === '') return []
  if (mapped.startsWith('BOTTLEROCKET_'))
    return refuse(
      `its launch template has user data for ${amiType}, and Bottlerocket takes settings in TOML there`,
      'give blue a Bottlerocket group in its place first, or choose a type of AL2023',
    )
  if (BOOTSTRAP.test(userData))
    return refuse(
      `the user data of its launch template calls or changes bootstrap.sh, which ${mapped} does not have`,
      'write it as a NodeConfig in a new version of the template, and let the group use that',
    )
  return [
    warning(
      'nodegroup-user-data',
      name,
      `its launch template has user data, written for ${amiType}; green's nodes run it on ${mapped}`,
      'see that it does there what it does here',
    ),
  ]
}

/** https://docs.aws.amazon.com/eks/latest/userguide/al2023.html */
const SUCCESSORS: Readonly<Record<string, string>> = {
  AL2_x86_64: 'AL2023_x86_64_STANDARD',
  AL2_x86_64_GPU: 'AL2023_x86_64_NVIDIA',
  AL2_ARM_64: 'AL2023_ARM_64_STANDARD',
}
