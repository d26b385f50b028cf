import { z } from 'zod'
import { expecting, oneOf, words } from './pieces.ts'

const mapping = (write: string) => expecting('a mapping', write)

/** What CloudFormation, eksctl and controllers own is known by tags that they put on it themselves. */
export const owners = z.strictObject(
  {
    terraform: z
      .strictObject(
        {
          tags: z
            .record(
              z.string(),
              words('the value of a tag', 'it as AWS tells it, such as terraform'),
              mapping('{ ManagedBy: terraform }'),
            )
            .refine((tags) => Object.keys(tags).length > 0, {
              error: 'needs at least one tag; write { ManagedBy: terraform }',
            })
            .meta({ minProperties: 1 })
            .describe('What has all of these tags is Terraform’s.'),
          at: words('where the configuration is', 'its repository or folder, such as infra/eks')
            .exactOptional()
            .describe('Where its configuration is, for people who are asked to remove something.'),
          ignores: oneOf(['weights'])
            .exactOptional()
            .describe(
              'weights: Terraform ignores the actions of listener rules (ignore_changes), so that it does not take them back.',
            ),
        },
        mapping('{ tags: { ManagedBy: terraform }, at: infra/eks }'),
      )
      .exactOptional()
      .describe('What is known as Terraform’s.'),
  },
  mapping('{ terraform: { tags: { ManagedBy: terraform } } }'),
)
