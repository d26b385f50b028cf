import { CancellationScope, workflowInfo } from '@temporalio/workflow'
import { dieWithBlue } from '../domain/dies-with-blue.ts'
import type { Subject } from '../domain/plan.ts'
import type { Environment } from '../domain/platform.ts'
import { question } from './activities.ts'

interface Asked {
  readonly subject: Subject
  readonly environment: Pick<Environment, 'name' | 'routes'>
  /** As of `ActionCall`. */
  readonly made: string | undefined
  /** Of the activity, after the environment. */
  readonly as: string
  readonly pace: 'glance' | 'quick'
}

/** Only of what its owner may take off blue is it asked at all. */
export const mayHaveNoWayBack = ({ routes }: Pick<Environment, 'routes'>): boolean => dieWithBlue(routes).length > 0

/**
 * Why an environment has no way back to blue: its owner has handed over what led there. Undefined: it has one, or nobody can see,
 * which keeps nobody from going back.
 */
export async function noWayBack({ subject, environment, made, as, pace }: Asked): Promise<string | undefined> {
  const { name, routes } = environment
  if (!mayHaveNoWayBack(environment)) return undefined
  const asking = () =>
    question('lookWayBack', `${name}/${as}`, `look whether ${name} can go back`, pace, {
      subject,
      routes: dieWithBlue(routes),
      run: made ?? workflowInfo().firstExecutionRunId,
    })
  const { none } = await CancellationScope.nonCancellable(asking).catch(() => ({ none: [] }))
  return none[0]
}
