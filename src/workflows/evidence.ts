import { CancellationScope } from '@temporalio/workflow'
import { isOf } from '../domain/asking.ts'
import { no, type Refusal } from '../domain/gates.ts'
import type { MessageName } from '../domain/messages.ts'
import { headerIn, parseProof, proofRefusal, statement, timeRefusal, type Place } from '../domain/proofs.ts'
import { question } from './activities.ts'
import { here, type Office } from './office.ts'
import { problemOf } from './problems.ts'

/** Whether people have proven what they say, where the platform wants that. */
export interface Evidence {
  /** All that can be seen at once, but the time. */
  refusal(name: MessageName, body: unknown): Refusal | undefined
  /** Whether its time is over; `now` must not come out other in a replay. */
  late(body: unknown, now: string): Refusal | undefined
  /** What only an activity can tell: the time, whether a token is good, and whether a key was taken out meanwhile. */
  outside(name: MessageName, body: unknown, pace: 'glance' | 'quick'): Promise<Refusal | undefined>
}

type Body = Readonly<Record<string, unknown>>
const fieldsOf = (body: unknown): Body => ({ ...(typeof body === 'object' && body) })

export function evidence(office: Office): Evidence {
  let asked = 0
  const place = (): Place => ({
    workflow: here().workflowId,
    run: here().runId,
    plansOf: (gates) => {
      const all = office.runs.map((run) => run.plan)
      const mine = all.filter((plan) => gates.some((id) => isOf(plan, { id })))
      return [...new Set(mine.map((plan) => plan.digest))].toSorted()
    },
    used: (header) => office.desk.log.some((l) => l.became !== 'refused' && headerIn(l.body) === header),
  })

  return {
    refusal: (name, body) => proofRefusal(office.trust, name, fieldsOf(body), place()),
    late: (body, now) => (office.trust === undefined ? undefined : timeRefusal(fieldsOf(body), now)),
    async outside(name, body, pace) {
      const { trust } = office
      const fields = fieldsOf(body)
      const proof = parseProof(String(fields['proof']))
      if (!trust || !proof) return undefined
      const by = String(fields['by'])
      const workflow = here().workflowId
      const toCheck =
        trust.kind === 'oidc'
          ? { token: { text: proof.evidence, by, statement: statement(proof, workflow, fields), oidc: trust } }
          : { key: { workflow, by, key: proof.evidence.split(' ')[0] ?? '' } }
      asked += 1
      const id = `proof/${asked}`
      try {
        const { at, refused } = await CancellationScope.nonCancellable(() =>
          question('checkProof', id, `check the proof of ${name} by ${by}`, pace, toCheck),
        )
        return refused ?? timeRefusal(fields, at)
      } catch (error) {
        return no('proof-unchecked', `it could not be checked: ${problemOf(error).message}; say it again`)
      }
    },
  }
}
