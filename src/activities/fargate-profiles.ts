import { newFargateProfile } from '../domain/fargate.ts'
import { gone, made, refuseWhileChanged, type ClusterPart } from './cluster-parts.ts'
import { proveIdentity } from './clusters.ts'
import { notFound } from './errors.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import type { EksPort } from './ports.ts'
import { tagsOf, tokenOf } from './tokens.ts'

export const fargateActions = (outside: Outside) => {
  const createFargateProfile: Deed<'createFargateProfile'> = async (call) => {
    const { cluster, name, like } = call.input
    const { eks } = await proven(outside, call.scope)
    await made(call, await profile(eks, cluster, name), async () => {
      const [blue, green] = await Promise.all([eks.findFargateProfile(like, name), eks.findCluster(cluster)])
      if (!blue) throw notFound(`Fargate profile ${name} of ${like}, which is to be copied, is not there any more`)
      if (!green) throw notFound(`cluster ${cluster} is not there`)
      refuseWhileChanged(green, `Fargate profile ${name}`)
      const wanted = newFargateProfile(blue, { ...call.scope, run: call.run })
      await eks.createFargateProfile(cluster, { ...wanted, tags: { ...wanted.tags, ...tagsOf(call) } }, tokenOf(call))
    })
    return { note: `Fargate profile ${name} is ACTIVE` }
  }

  const deleteFargateProfile: Deed<'deleteFargateProfile'> = async (call) => {
    const { cluster, name, identity } = call.input
    const { eks, removing } = await proven(outside, call.scope)
    const owner = await eks.findCluster(cluster)
    if (!owner) return { note: `Fargate profile ${name} of ${cluster} is gone` }
    const part = await profile(eks, cluster, name, removing(identity))
    if (part.found) proveIdentity(owner, identity, call.run)
    return gone(part)
  }

  return { createFargateProfile, deleteFargateProfile }
}

const profile = async (
  eks: EksPort,
  cluster: string,
  name: string,
  remover: Pick<EksPort, 'deleteFargateProfile'> = eks,
) =>
  ({
    what: `Fargate profile ${name}`,
    cluster,
    found: await eks.findFargateProfile(cluster, name),
    again: () => eks.findFargateProfile(cluster, name),
    remove: () => remover.deleteFargateProfile(cluster, name),
  }) satisfies ClusterPart
