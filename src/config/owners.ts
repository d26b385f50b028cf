import { z } from 'zod'
import { expecting, oneOf, text, words } from './pieces.ts'

/** Within the folder of the platform file, so that a file that was sent along leads nowhere else. */
const stateFile = text(
  /^(?!\.)[\w.-]{1,128}(\/(?!\.)[\w.-]{1,128}){0,8}$/,
  'a path of a file beside this one',
  'one such as terraform/eks.tfstate, without a dot first, and put the file there',
)

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
            .exactOptional()
            .describe('What has all of these tags is Terraform’s.'),
          states: z
            .array(stateFile, expecting('a list', '[terraform/eks.tfstate]'))
            .min(1, { error: 'names none; write [terraform/eks.tfstate], or leave it out' })
            .exactOptional()
            .describe(
              'State files of Terraform or OpenTofu, by their paths beside this file: what they name is Terraform’s. Nothing but addresses and ids is taken from them.',
            ),
          ignore: z
            .array(
              words('an address', 'it as terraform state list tells it, with * for any text'),
              expecting('a list', '[aws_iam_role.files]'),
            )
            .min(1, { error: 'names none; write [aws_iam_role.files], or leave it out' })
            .exactOptional()
            .describe(
              'Addresses in these states whose changes Terraform leaves to others (ignore_changes): Norikae writes them itself. To delete them is its owner’s all the same.',
            ),
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
