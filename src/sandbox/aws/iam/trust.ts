/** Trust policies, as IAM checks them when they are written and STS goes by them. */
import { hold, isOperator, type Conditions } from '../authorization/conditions.ts'
import { like } from '../authorization/patterns.ts'
import { AwsError, notServed } from '../errors.ts'

type Texts = string | readonly string[]

export interface Statement {
  readonly Sid?: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal: '*' | Readonly<Record<string, Texts>>
  readonly Action: Texts
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Texts>>>>
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html, of role trust policies */
const members = new Set(['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Condition'])

/** Throws MalformedPolicyDocument, and LimitExceeded where it is longer than `quota` without its white space. */
export function checkTrust(document: string, quota: number): void {
  const statements = statementsIn(document)
  for (const statement of statements) {
    const odd = Object.keys(statement).find((key) => !members.has(key))
    if (odd !== undefined) throw malformed(`Has prohibited field ${odd}`)
    if (!['Allow', 'Deny'].includes(statement.Effect)) throw malformed('Invalid effect')
    if (!('Principal' in statement || 'NotPrincipal' in statement)) throw malformed('Missing required field Principal')
    if (!('Action' in statement || 'NotAction' in statement)) throw malformed('Missing required field Action')
    if (!/^[A-Za-z0-9]*$/.test(statement.Sid ?? ''))
      throw malformed(
        'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
      )
    const federated = typeof statement.Principal === 'object' ? texts(statement.Principal['Federated'] ?? []) : []
    const wrong = federated.find((name) => !/^arn:aws[\w-]*:iam::\d{12}:(oidc|saml)-provider\/.+|^[\w.-]+$/.test(name))
    if (wrong !== undefined) throw malformed(`Invalid principal in policy: "Federated":"${wrong}"`)
  }
  const sids = statements.flatMap(({ Sid }) => (Sid === undefined ? [] : [Sid]))
  if (new Set(sids).size < sids.length) throw malformed('Statement IDs (SID) in a single policy must be unique.')
  if (document.replaceAll(/\s/g, '').length > quota)
    throw new AwsError('LimitExceeded', `Cannot exceed quota for ACLSizePerRole: ${quota}`, 409)
}

const malformed = (message: string) => new AwsError('MalformedPolicyDocument', message)

export function statementsIn(document: string): readonly Statement[] {
  let read: unknown
  try {
    read = JSON.parse(document)
  } catch {
    throw malformed('This policy contains invalid Json')
  }
  const { Version, Statement: said } = (read ?? {}) as { readonly Version?: unknown; readonly Statement?: unknown }
  const statements = (Array.isArray(said) ? said : [said]) as readonly unknown[]
  if (!['2012-10-17', '2008-10-17', undefined].includes(Version as string | undefined))
    throw malformed('The policy must contain a valid version string')
  if (statements.length === 0 || statements.some((one) => typeof one !== 'object' || one === null))
    throw malformed('Syntax errors in policy.')
  return statements as readonly Statement[] // its members are looked at by `checkTrust`
}

const texts = (of: Texts): readonly string[] => (typeof of === 'string' ? [of] : of)

/** What STS knows of whoever asks: `oidc.eks…/id/X:sub`. */
export type Claimed = Readonly<Record<string, string>>

/** May whom this provider vouches for, with these claims, act as the role? A Deny is stronger than what allows. */
export function admits(document: string, provider: string, claims: Claimed): boolean {
  const about = statementsIn(document).filter((statement) => isAbout(statement, provider) && holds(statement, claims))
  return about.some((s) => s.Effect === 'Allow') && !about.some((s) => s.Effect === 'Deny')
}

const isAbout = ({ Principal, Action }: Statement, provider: string): boolean =>
  (Principal === '*' || texts(Principal['Federated'] ?? []).includes(provider)) &&
  texts(Action).some((action) => like(action, 'sts:AssumeRoleWithWebIdentity'))

function holds({ Condition = {} }: Statement, claims: Claimed): boolean {
  const strange = Object.keys(Condition).find((operator) => !isOperator(operator))
  if (strange !== undefined) throw notServed(`the condition operator ${strange}`)
  const conditions = Object.entries(Condition).map(([operator, keys]) => [
    operator,
    Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, texts(values)])),
  ])
  return hold(Object.fromEntries(conditions) as Conditions, claims)
}
