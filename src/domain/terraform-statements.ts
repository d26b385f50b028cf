import { listed, type TrustStatement } from './trust-statements.ts'

/**
 * A statement of a policy as a block of Terraform's data source `aws_iam_policy_document`.
 * https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
 */
export function terraformOf({
  Effect = 'Allow',
  Principal,
  NotPrincipal,
  Condition = {},
  ...its
}: TrustStatement): string {
  return block('statement', [
    `effect  = ${quoted(Effect)}`,
    its.NotAction === undefined
      ? `actions = ${list(listed(its.Action ?? []))}`
      : `not_actions = ${list(listed(its.NotAction))}`,
    ...whom('principals', Principal),
    ...whom('not_principals', NotPrincipal),
    ...Object.entries(Condition).flatMap(([test, keys]) =>
      Object.entries(keys).map(([variable, values]) =>
        block('condition', [
          `test     = ${quoted(test)}`,
          `variable = ${quoted(variable)}`,
          `values   = ${list(listed(values))}`,
        ]),
      ),
    ),
  ])
}

const whom = (name: string, some: TrustStatement['Principal'] = {}): string[] =>
  Object.entries(typeof some === 'string' ? { '*': some } : some).map(([type, identifiers]) =>
    block(name, [`type        = ${quoted(type)}`, `identifiers = ${list(listed(identifiers))}`]),
  )

const block = (name: string, parts: readonly string[]): string =>
  [`${name} {`, ...parts.flatMap((part) => part.split('\n').map((one) => `  ${one}`)), '}'].join('\n')

const list = (texts: readonly string[]): string => `[${texts.map(quoted).join(', ')}]`

/** `${` and `%{` begin what Terraform evaluates: https://developer.hashicorp.com/terraform/language/expressions/strings */
const quoted = (text: string): string => JSON.stringify(text).replaceAll(/[$%]\{/g, (it) => `${it.charAt(0)}${it}`)
