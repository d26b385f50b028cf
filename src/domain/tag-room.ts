import { tagsOfCopy, type Copied } from './clone.ts'
import type { BlueFacts } from './facts.ts'
import { blocker, type Finding } from './findings.ts'
import type { Templated } from './launch-templates.ts'

/** Of EKS and EC2 alike. https://docs.aws.amazon.com/eks/latest/userguide/eks-using-tags.html, https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html */
const MOST = 50

/** In which try it was made; and of a launch template, for which cluster. */
const MORE = { part: 1, template: 2 } as const

/** What is copied gets Norikae's tags beside its own: where there is no room for them, AWS refuses to make it. */
export function tagFindings(blue: BlueFacts, templates: readonly Templated[], copied: Copied): Finding[] {
  const parts = [
    { about: blue.cluster.name, tags: blue.cluster.tags },
    ...blue.nodegroups.map(({ name, tags }) => ({ about: `node group ${name}`, tags })),
    ...blue.addons.map(({ name, tags }) => ({ about: `add-on ${name}`, tags })),
    ...blue.fargateProfiles.map(({ name, tags }) => ({ about: `Fargate profile ${name}`, tags })),
    ...blue.identityProviders.map(({ name, tags }) => ({ about: `identity provider ${name}`, tags })),
    ...blue.accessEntries.map(({ principalArn, tags }) => ({ about: `access entry of ${principalArn}`, tags })),
    ...blue.podIdentities.map((it) => ({
      about: `pod identity of ${it.namespace}/${it.serviceAccount}`,
      tags: it.tags,
    })),
  ].map((part) => ({ ...part, more: MORE.part }))
  const made = templates.flatMap(({ template }) =>
    template ? [{ about: `launch template ${template.name}`, tags: template.tags, more: MORE.template }] : [],
  )
  return [...parts, ...made].flatMap(({ about, tags, more }) => {
    const count = Object.keys(tagsOfCopy(tags, copied)).length + more
    if (count <= MOST) return []
    return [
      blocker(
        'tags-full',
        about,
        `green's would have ${count} tags, with those that say who made it, and AWS takes ${MOST}`,
        `take ${count - MOST} tags off blue's`,
      ),
    ]
  })
}
