import { appendFileSync } from 'node:fs'
import type { Grant } from './policy.ts'

const used = new Set<Grant>()

/**
 * What was allowed, once for each process, to the file that NORIKAE_SANDBOX_GRANTS names: a run of tests is many processes, and
 * what none of them needed is granted too much.
 */
export function use(grants: readonly Grant[]): void {
  const fresh = grants.filter((grant) => !used.has(grant))
  if (fresh.length === 0) return
  for (const grant of fresh) used.add(grant)
  const file = process.env['NORIKAE_SANDBOX_GRANTS']
  // Lines this short are written whole, also where several write at once.
  if (file) appendFileSync(file, fresh.map((grant) => `${grant}\n`).join(''))
}
