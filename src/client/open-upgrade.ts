import { WorkflowNotFoundError, type Client } from '@temporalio/client'
import { upgradeId, type UpgradeStatus } from '../domain/messages.ts'

/**
 * The upgrade of a platform that is open, with what it upgrades to where it answers; undefined where none is. Throws
 * where Temporal does not answer.
 */
export async function openUpgrade(
  { workflow }: Pick<Client, 'workflow'>,
  platform: string,
): Promise<{ readonly to?: string } | undefined> {
  const handle = workflow.getHandle(upgradeId(platform))
  try {
    const { status } = await handle.describe()
    if (status.name !== 'RUNNING') return undefined
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined
    throw error
  }
  const status = await handle.query<UpgradeStatus>('status').catch(() => undefined)
  return status ? { to: status.to } : {}
}
