import { PLATFORM_TAG, RUN_TAG, tagsOfCopy, type Made } from './clone.ts'
import type { LaunchTemplate, NewLaunchTemplate } from './ec2-objects.ts'
import type { NodegroupDescription } from './eks-objects.ts'
import type { ClusterFacts } from './facts.ts'
import { blocker, type Finding } from './findings.ts'
import { ofLook } from './missing-rights.ts'
import { namesIn, renamed, type Named } from './names-of-clusters.ts'

/**
 * What nodes are started from may name the cluster that they join: by its name, its endpoint, its certificate authority
 * or the security group that EKS made for it. A node of green that is started from such a template joins blue, or none.
 * So where blue's template names blue, green's node group gets a template of its own, with green's names in their place;
 * any other template is shared, as it is; but for one that Norikae made for blue, which goes with blue. The range of Services, which AL2023 is told too, is the same on green.
 * https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
 */

/** The cluster whose nodes it was made for. */
export const CLUSTER_TAG = 'norikae.io/cluster'

/** EC2 refuses longer ones. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html */
const LONGEST_NAME = 128

/** One a node group: cut short, those of two groups might be one. */
export const templateName = (cluster: string, nodeGroup: string): string => `${cluster}.${nodeGroup}`

/** What of a cluster the template names, for people; empty: nothing. */
export const namesOf = (
  cluster: Named,
  { settings, userData = '' }: Pick<LaunchTemplate, 'settings' | 'userData'>,
): string[] => namesIn(`${JSON.stringify(settings)}\n${userData}`, cluster)

/** The same template, for green, with the tags that it has itself. `image`: the one that it starts nodes from in place of blue's. */
export function templateFor(
  cluster: string,
  nodeGroup: string,
  like: LaunchTemplate,
  {
    blue,
    green,
    made,
    image,
  }: { readonly blue: Named; readonly green: Named; readonly made: Made; readonly image?: string },
): NewLaunchTemplate {
  return {
    name: templateName(cluster, nodeGroup),
    settings: {
      // The same object with other words in its texts.
      ...(JSON.parse(renamed(JSON.stringify(like.settings), blue, green)) as LaunchTemplate['settings']),
      ...(image !== undefined && { ImageId: image }),
    },
    ...(like.userData !== undefined && { userData: renamed(like.userData, blue, green) }),
    tags: { ...tagsOfCopy(like.tags, { ...made, blue: blue.name, green: green.name }), [CLUSTER_TAG]: cluster },
  }
}

/** A node group of blue with the template that it is made from; `undefined`: EC2 does not know it any more. */
export interface Templated {
  readonly group: NodegroupDescription
  readonly template: LaunchTemplate | undefined
}

/** What a plan names of them; left out where there is none. `images`: those that green's get, by node group. */
export function templateFacts(
  blue: Named,
  platform: string,
  found: readonly Templated[],
  images: ClusterFacts['images'] = {},
): Pick<ClusterFacts, 'launchTemplates' | 'templatesOfBlue'> {
  const those = (are: (template: LaunchTemplate) => boolean) =>
    found.filter(({ template }) => template && are(template)).map(({ group }) => group.name)
  const goesWithBlue = ({ tags }: LaunchTemplate) => isMade(tags, { cluster: blue.name, platform })
  const named = those((template) => goesWithBlue(template) || namesOf(blue, template).length > 0)
  const launchTemplates = [...named, ...Object.keys(images).filter((group) => !named.includes(group))]
  const templatesOfBlue = those(goesWithBlue)
  return {
    ...(launchTemplates.length > 0 && { launchTemplates }),
    ...(templatesOfBlue.length > 0 && { templatesOfBlue }),
  }
}

/** Only what Norikae has made for this cluster of this platform, and in `run` where that is known, is ever deleted. */
export const isMade = (
  tags: LaunchTemplate['tags'],
  { cluster, platform, run }: { readonly cluster: string; readonly platform: string; readonly run?: string },
): boolean =>
  tags[PLATFORM_TAG] === platform && tags[CLUSTER_TAG] === cluster && (run === undefined || tags[RUN_TAG] === run)

/** `made`: names of the node groups that get a template of their own on `green`. */
export function templateFindings(found: readonly Templated[], green: string, made: readonly string[] = []): Finding[] {
  const refuse = (name: string, why: string, remedy: string) => blocker('nodegroup-launch-template', name, why, remedy)
  return found.flatMap(({ group, template }) => {
    const { name, launchTemplate } = group
    if (!template)
      return [
        ofLook(
          'launch templates',
          refuse(
            name,
            `its launch template ${launchTemplate ?? ''} is not there any more`,
            'give blue a node group that can be made anew',
          ),
        ),
      ]
    if (template.unreadable)
      return [
        refuse(
          name,
          `the user data of its launch template ${launchTemplate ?? ''} is compressed, encoded in itself or no text: whether it names blue cannot be read`,
          'write it as plain text in a new version of the template',
        ),
      ]
    const needed = templateName(green, name)
    if (made.includes(name) && needed.length > LONGEST_NAME)
      return [
        refuse(
          name,
          `green's template for it would be called ${needed}, and EC2 takes ${LONGEST_NAME} characters`,
          `give blue a node group of a shorter name in its place`,
        ),
      ]
    return []
  })
}
