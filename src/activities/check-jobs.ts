import { activityInfo } from '@temporalio/activity'
import { checkJob, outcomeOf } from '../domain/check-jobs.ts'
import { record } from '../domain/fields.ts'
import { controllerOf } from '../domain/kubernetes-objects.ts'
import type { Check, CheckSource, Sample } from '../domain/verdict.ts'
import { notFound } from './errors.ts'
import type { Proven } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { sha256 } from './tokens.ts'
import { noteAside, notedAside } from './waiting.ts'

/**
 * Runs it on green, once for the activity that asks, whichever attempt does: its name is made of what the attempts have in
 * common. None while it runs, and none once it was told. Throws `notFound` where there is no CronJob to make it from.
 */
export async function ran(
  world: Proven,
  { name: check }: Pick<Check, 'name'>,
  { job, namespaces }: Extract<CheckSource, { readonly kind: 'job' }>,
): Promise<readonly Pick<Sample, 'value' | 'saw'>[]> {
  const key = `job ${check}`
  if (notedAside(key) === 'told') return []
  const green = await world.on('green')
  const name = nameFor(check)
  const template = 'cronJob' in job ? await templateOf(green, job.cronJob, namespaces) : undefined
  const namespace = template?.namespace ?? namespaces[0] ?? ''
  const found = await green.find('Job', namespace, name)
  if (!found) {
    const of = { name, namespace: await green.find('Namespace', undefined, namespace), in: namespace }
    await green.create(checkJob(job, of, template?.jobTemplate))
    return []
  }
  const pods = (await green.list('Pod', { namespace })).filter((p) => controllerOf(p)?.uid === found.metadata.uid)
  const outcome = outcomeOf(found, pods, job, Date.now())
  if (!outcome) return []
  noteAside(key, 'told')
  return [outcome]
}

/** The same in all attempts of one activity, and in no other's. */
function nameFor(check: string): string {
  const { workflowExecution, activityId, scheduledTimestampMs } = activityInfo()
  const { workflowId = '', runId = '' } = workflowExecution ?? {}
  return `norikae-check-${sha256([workflowId, runId, activityId, scheduledTimestampMs, check].join(' ')).slice(0, 10)}`
}

async function templateOf(green: KubernetesPort, name: string, namespaces: readonly string[]) {
  for (const namespace of namespaces) {
    const found = await green.find('CronJob', namespace, name)
    if (found) return { namespace, jobTemplate: record(found.spec?.['jobTemplate']) }
  }
  throw notFound(
    `there is no CronJob ${name} on green in ${namespaces.join(', ')} to make a Job from. Deploy it with the app, or name another in the check`,
  )
}
