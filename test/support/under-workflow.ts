import { condition, defineSignal, setHandler } from '@temporalio/workflow'
import { failed } from '../../src/workflows/problems.ts'
import { under } from '../../src/workflows/under.ts'

/** Both signals are there before the first task runs. */
export async function breachAndApproval(): Promise<string> {
  let breached = false
  let approved = false
  setHandler(defineSignal('approve'), () => {
    approved = true
  })
  setHandler(defineSignal('breach'), () => {
    breached = true
  })
  const guard = async () => {
    await condition(() => breached)
    throw failed('Unhealthy', 'breach')
  }
  const work = async () => {
    await condition(() => approved)
    return 'approved'
  }
  return under(guard, work).catch((error: unknown) => (error instanceof Error ? error.message : ''))
}
