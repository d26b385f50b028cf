import type { BlueFacts } from '../domain/facts.ts'
import type { Finding } from '../domain/findings.ts'
import { accountOf, foreseen, nameOfRole } from '../domain/roles.ts'
import { serviceTrustFindings, takenByAws } from '../domain/service-trust.ts'
import { described } from './described-roles.ts'
import type { Proven } from './outside.ts'

/** Whether those of AWS that are to take on roles of blue for green may. Reads only. */
export async function serviceTrustSurvey(
  { roles }: Pick<Proven, 'roles'>,
  facts: BlueFacts,
  { account, green, builds }: { readonly account: string; readonly green: string; readonly builds: boolean },
): Promise<Finding[]> {
  const taken = takenByAws(facts, builds).filter(({ arn }) => accountOf(arn) === account)
  const found = await described(
    roles,
    taken.map(({ arn }) => nameOfRole(arn)),
  )
  return serviceTrustFindings(taken, found, foreseen(facts.cluster, green))
}
