import { ApplicationFailure } from '@temporalio/common'
import {
  COMES_WITHIN,
  heardOfGroups,
  heardOfMetrics,
  heardOfPrometheus,
  notYetHeard,
  SILENT_AFTER,
  silentInWords,
  type Heard,
} from '../domain/before-requests.ts'
import { askedOf, comparedOf, dimensionOf, healthyTargets, onlyOf } from '../domain/cloudwatch.ts'
import { clusterOf, type Side } from '../domain/platform.ts'
import { selectorsIn, type Whose } from '../domain/series-asked.ts'
import type { Check, CheckSource } from '../domain/verdict.ts'
import { failed, isUnreachable, notReady } from './errors.ts'
import { proven, type Deed, type Outside, type Proven } from './outside.ts'
import { meanIn } from './readings.ts'
import { hasWaited } from './waiting.ts'

/** Whether what judges an environment can tell of green, before anybody is sent there. */
export const checkProofActions = (outside: Outside) => {
  const proveChecks: Deed<'proveChecks'> = async ({ scope, input }) => {
    const { app, environment, namespaces, checks, mayBeAsleep, madeUp = false } = input
    const world = await proven(outside, scope)
    const whose = { cluster: clusterOf(scope, 'green'), namespaces }
    const heard = await Promise.all(
      checks.map(async (check) => ({ check, heard: await heardOf(world, check, { whose, madeUp }) })),
    )
    const those = (is: Heard['is']) =>
      heard.flatMap(({ check, heard: it }) => (it.is === is ? [{ check, why: 'why' in it ? it.why : '' }] : []))
    const silent = those('silent')
    const later = [...those('later'), ...(mayBeAsleep ? silent : [])]
    const missing = [...silent, ...later].map(({ check, why }) => silentInWords(check, why)).join('; ')
    if (silent.length > 0 && mayBeAsleep !== true) {
      if (!hasWaited(SILENT_AFTER)) throw notReady(missing, '15s')
      throw failed(
        `nobody was sent to green, because it could not be judged there: ${missing}. Mend the series, then retry; or the check in the platform file, then norikae replan ${app}. What each finds now: norikae explain health ${app}/${environment}`,
      )
    }
    if (later.length > 0 && !hasWaited(COMES_WITHIN)) throw notReady(missing, '5s')
    const answers = checks.length - later.length
    return {
      note: `${answers} of ${checks.length} ${answers === 1 ? 'has' : 'have'} data of green at 0 %`,
      ...(later.length > 0 && {
        findings: later.map(({ check, why }) => notYetHeard(`${app}/${environment}`, check, why)),
      }),
    }
  }
  return { proveChecks }
}

interface Asked {
  /** Green, and what of it. */
  readonly whose: Whose
  readonly madeUp: boolean
}

async function heardOf(world: Proven, { source }: Check, asked: Asked): Promise<Heard> {
  switch (source.kind) {
    case 'prometheus':
      return inPrometheus(world, source, asked)
    case 'cloudwatch':
      return inCloudWatch(world, source, asked)
    case 'datadog':
      return inDatadog(world, source, asked)
    case 'probe':
    case 'job':
    case 'kubernetes':
    case 'readiness':
      return { is: 'answers' }
  }
}

type Source<Kind extends CheckSource['kind']> = Extract<CheckSource, { readonly kind: Kind }>

async function inPrometheus(
  { metrics }: Proven,
  { url, queries }: Source<'prometheus'>,
  { whose, madeUp }: Asked,
): Promise<Heard> {
  // As the watch will ask it: what gives several numbers is refused here.
  if ((await metrics.query(url, queries.green)) !== null || (await metrics.answers(url, queries.green)))
    return heardOfPrometheus({ green: true, blue: true, madeUp, selected: [] })
  const has = (selector: string) => metrics.answers(url, `count(${selector})`)
  const selected = await Promise.all(
    selectorsIn(queries.green, whose).map(async (selector) => {
      const { text, of, cluster } = selector
      const found = await has(text)
      const near = found || of === undefined ? found : await has(of).catch(manyWhereTooMuch)
      const there = near || cluster === undefined || cluster === of ? near : await has(cluster).catch(manyWhereTooMuch)
      return { ...selector, found, ...(cluster !== undefined && { near, there }) }
    }),
  )
  return heardOfPrometheus({ green: false, blue: await metrics.answers(url, queries.blue), madeUp, selected })
}

/** Prometheus has answered before: all series of a cluster, or of its namespaces, may be more than it looks at for one query, or in time. */
function manyWhereTooMuch(error: unknown): true {
  if (error instanceof ApplicationFailure && (error.type === 'InvalidInput' || isUnreachable(error))) return true
  throw error
}

async function inCloudWatch(
  { cloudWatch, loadBalancing }: Proven,
  { asked }: Source<'cloudwatch'>,
  { madeUp }: Asked,
): Promise<Heard> {
  const asking = askedOf(Date.now())
  if (!asking) return heardOfGroups([])
  if (asked.of === 'query') {
    const has = async (side: Side) => onlyOf(await cloudWatch.data(asked.queries[side], comparedOf(asking))).length > 0
    const [green, blue] = await Promise.all([has('green'), has('blue')])
    return heardOfMetrics('CloudWatch', 'half an hour', { green, blue, madeUp })
  }
  const untold = await Promise.all(
    asked.routes.map(async ({ loadBalancer, groups }) => {
      const found = await loadBalancing.findTargetGroup(groups.green)
      const counted =
        found && onlyOf(await cloudWatch.data(healthyTargets(loadBalancer, dimensionOf(found.arn)), asking)).length > 0
      return counted === true ? [] : [groups.green]
    }),
  )
  return heardOfGroups(untold.flat())
}

async function inDatadog(world: Proven, source: Source<'datadog'>, { madeUp }: Asked): Promise<Heard> {
  const has = async (side: Side) => (await meanIn(world, source, side)) !== null
  const [green, blue] = await Promise.all([has('green'), has('blue')])
  return heardOfMetrics('Datadog', source.window, { green, blue, madeUp })
}
