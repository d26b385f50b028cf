import { expect, test } from 'vitest'
import type { DeclaredOwners } from '../../src/domain/ownership.ts'
import { unstatedFindings } from '../../src/domain/unstated.ts'
import { aCluster } from '../support/eks.ts'

const arn = 'arn:aws:eks:ap-northeast-1:123456789012:cluster/b'
const has = (key: string): DeclaredOwners => ({ terraform: { stated: [{ address: 'aws_eks_cluster.this', key }] } })

test.for([
  { says: 'told where none has it', declared: has(`${arn}-before`), told: true },
  { says: 'told where they have nothing', declared: { terraform: { stated: [] } }, told: true },
  { says: 'fine where one has it', declared: has(arn) },
  { says: 'fine where none is named', declared: { terraform: { tags: { a: 'b' } } } },
  { says: 'fine where Terraform is not spoken of', declared: {} },
  {
    says: 'fine where tags tell that it is Terraform’s',
    declared: { terraform: { stated: [], tags: { team: 'sre' } } },
  },
  { says: 'fine where an earlier upgrade made it', declared: has('x'), tags: { 'norikae.io/platform': 'chat' } },
  { says: 'fine where a stack has it', declared: has('x'), tags: { 'aws:cloudformation:stack-name': 's' } },
  { says: 'fine where the file says that Norikae deletes it', declared: has('x'), deletes: 'norikae' },
] as const)('a blue that no state has is $says', (row) => {
  const {
    declared,
    tags = { team: 'sre' },
    deletes = 'owner',
    told = false,
  } = { told: false, ...row } as {
    readonly declared: DeclaredOwners
    readonly tags?: Readonly<Record<string, string>>
    readonly deletes?: 'owner' | 'norikae'
    readonly told?: boolean
  }
  const found = unstatedFindings({ cluster: aCluster({ name: 'b', arn, tags }) }, declared, {
    platform: 'chat',
    decommission: { deletes },
  })
  expect(found.map(({ level, code, about }) => `${level} ${code} ${about}`)).toEqual(
    told ? ['blocker blue-in-no-state b'] : [],
  )
})
