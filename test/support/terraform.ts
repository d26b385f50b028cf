/** State files as `terraform state pull` writes them of terraform-aws-modules/eks, with what must never get out of one. */

const PROVIDER = 'provider["registry.terraform.io/hashicorp/aws"]'
export const SECRET = 'hunter2-in-the-state'

interface Instance {
  readonly index_key?: string | number
  readonly attributes: Readonly<Record<string, unknown>>
}

export const aResource = (type: string, instances: readonly Instance[], more: object = {}) => ({
  mode: 'managed',
  type,
  name: 'this',
  provider: PROVIDER,
  instances: instances.map((instance) => ({
    schema_version: 1,
    ...instance,
    attributes: { ...instance.attributes, user_data: SECRET },
    sensitive_attributes: [],
    private: SECRET,
  })),
  ...more,
})

export const aState = (resources: readonly object[], more: object = {}): string =>
  JSON.stringify(
    {
      version: 4,
      terraform_version: '1.13.0',
      serial: 42,
      lineage: '0f0e0d0c-0b0a-0908-0706-050403020100',
      outputs: { password: { value: SECRET, type: 'string', sensitive: true } },
      resources,
      check_results: null,
      ...more,
    },
    undefined,
    2,
  )

interface Cluster {
  readonly name: string
  readonly account: string
  readonly region: string
  readonly nodeGroups?: readonly string[]
  readonly roles?: readonly string[]
}

/** A cluster by the module `eks`, its node groups each by a module of its own, and roles of pods beside it. */
export function stateOf({ name, account, region, nodeGroups = [], roles = [] }: Cluster): string {
  const eks = `arn:aws:eks:${region}:${account}`
  const iam = (role: string) => ({ id: role, name: role, arn: `arn:aws:iam::${account}:role/platform/${role}` })
  const ids = { endpoint: `https://${SECRET}.example.com`, id: name, name }
  return aState([
    aResource('aws_eks_cluster', [{ attributes: { arn: 'arn:aws:eks:x:0:cluster/other', id: 'other' } }], {
      mode: 'data',
      module: 'module.eks',
    }),
    aResource('aws_eks_cluster', [{ index_key: 0, attributes: { ...ids, arn: `${eks}:cluster/${name}` } }], {
      module: 'module.eks',
    }),
    ...nodeGroups.flatMap((group) => {
      const module = `module.eks.module.eks_managed_node_group["${group}"]`
      const arn = `${eks}:nodegroup/${name}/${group}/9ac6f2a4-7f3c-4f7e-8f5c-0123456789ab`
      return [
        aResource('aws_eks_node_group', [{ index_key: 0, attributes: { id: `${name}:${group}`, arn } }], { module }),
        aResource('aws_iam_role', [{ index_key: 0, attributes: iam(`${group}-node`) }], { module }),
      ]
    }),
    ...roles.map((role) => aResource('aws_iam_role', [{ attributes: iam(role) }], { name: role })),
    aResource('random_password', [{ attributes: { id: 'none', result: SECRET } }]),
  ])
}
