import { intent, type Plan, type PlanBody } from '../domain/plan.ts'
import { sha256 } from './tokens.ts'

/** A plan with its digest, by which it is approved. */
export const sealed = (body: PlanBody): Plan => ({ ...body, digest: sha256(intent(body)) })
