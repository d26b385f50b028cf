import {
  COMES_WITHIN,
  HEARD_WITHIN,
  heardAgain,
  heardOfGroups,
  heardOfMetrics,
  heardOfPrometheus,
  isDue,
  notYetHeard,
  SILENT_AFTER,
  silentInWords,
  soonest,
  type Heard,
  type HeardSoFar,
} from '../domain/before-requests.ts'
import { askedOf, comparedOf, dimensionOf, healthyTargets, onlyOf } from '../domain/cloudwatch.ts'
import { milliseconds, type Duration } from '../domain/duration.ts'
import { clusterOf, type Side } from '../domain/platform.ts'
import { selectorsIn, type NamingLabel, type Whose } from '../domain/series-asked.ts'
import { awayInWords, type Check, type CheckSource } from '../domain/verdict.ts'
import { failed, isInvalidInput, isUnreachable, notReady, unreachable } from './errors.ts'
import { proven, type Deed, type Outside, type Proven } from './outside.ts'
import { answersAtAll, meanIn } from './readings.ts'
import { remember, remembered } from './waiting.ts'

/** Whether what judges an environment can tell of green, before anybody is sent there. */
export const checkProofActions = (outside: Outside) => {
  const proveChecks: Deed<'proveChecks'> = async ({ scope, input }) => {
    const { app, environment, namespaces, checks, mayBeAsleep = false } = input
    const world = await proven(outside, scope)
    const whose = { cluster: clusterOf(scope, 'green'), namespaces }
    const before = remembered<Readonly<Record<string, HeardSoFar>>>({})
    const known = await Promise.all(
      checks.map(async (check): Promise<readonly [Check, HeardSoFar]> => {
        const last = before[check.name]
        if (last && !isDue(check, last, Date.now())) return [check, last]
        const look = await looked(() => heardOf(world, check, whose, last?.blue))
        return [check, heardAgain(last, look, Date.now())]
      }),
    )
    remember(Object.fromEntries(known.map(([check, it]) => [check.name, it])))

    const waiting = known.flatMap(([check, { heard, forMs, away }]) => {
      if (heard?.is === 'answers') return []
      const silent = heard?.is === 'silent' && !mayBeAsleep
      return {
        check,
        silent,
        why: heard?.why ?? away ?? '',
        away,
        long: lasts(forMs, silent ? SILENT_AFTER : COMES_WITHIN),
      }
    })
    const missing = waiting.map(({ check, why }) => silentInWords(check, why)).join('; ')
    const silent = waiting.filter((w) => w.silent && w.long && w.away === undefined)
    if (silent.length > 0)
      throw failed(
        `nobody was sent to green, because it could not be judged there: ${missing}. Mend the series, then retry; or the check in the platform file, then norikae replan ${app}. What each finds now: norikae explain health ${app}/${environment}`,
      )
    const away = waiting.flatMap((w) => (w.away === undefined ? [] : awayInWords(w.check, w.away)))
    if (away.length > 0) throw unreachable(away.join('; '), soonest(waiting))
    if (waiting.some((w) => !w.long)) throw notReady(missing, soonest(waiting))
    const answers = checks.length - waiting.length
    return {
      note: `${answers} of ${checks.length} ${answers === 1 ? 'has' : 'have'} data of green at 0 %`,
      ...(waiting.length > 0 && {
        findings: waiting.map(({ check, why }) => notYetHeard(`${app}/${environment}`, check, why)),
      }),
    }
  }
  return { proveChecks }
}

const lasts = (forMs: number, time: Duration): boolean => forMs > milliseconds(time)

/** `blue`: what it gave of blue, where that was asked. */
interface Look {
  readonly heard: Heard
  readonly blue?: boolean
}

/** One that is away keeps no other from being heard, and what it does not say then is no silence. */
async function looked(look: () => Promise<Look>): Promise<Pick<HeardSoFar, 'heard' | 'blue' | 'away'>> {
  try {
    return await look()
  } catch (error) {
    if (!isUnreachable(error)) throw error
    return { away: error.message }
  }
}

async function heardOf(world: Proven, { source }: Check, whose: Whose, blue: boolean | undefined): Promise<Look> {
  switch (source.kind) {
    case 'prometheus':
      return { heard: await inPrometheus(world, source, whose) }
    case 'cloudwatch':
      return inCloudWatch(world, source, blue)
    case 'datadog':
      return inDatadog(world, source, blue)
    case 'probe':
    case 'job':
    case 'kubernetes':
    case 'readiness':
      return { heard: { is: 'answers' } }
  }
}

type Source<Kind extends CheckSource['kind']> = Extract<CheckSource, { readonly kind: Kind }>

async function inPrometheus({ metrics }: Proven, source: Source<'prometheus'>, whose: Whose): Promise<Heard> {
  if (await answersAtAll({ metrics }, source, 'green'))
    return heardOfPrometheus({ green: true, blue: true, selected: [] })
  const { url, queries } = source
  const has = (selector: string) => metrics.answers(url, `count(${selector})`).catch(whereNobodyKnows)
  const look = async ({ label, text, metric, carried, scraped }: NamingLabel) => {
    const [there, ofSource] = await Promise.all([has(text).then(isTrue), has(scraped).then(isTrue)])
    const nobody = !there && (await has(carried)) === false && (metric === undefined || (await has(metric)) === true)
    return { label, text, ...(metric !== undefined && { metric }), there, ofSource, carried: !nobody }
  }
  const selected = await Promise.all(
    selectorsIn(queries.green, whose).map(async (selector) => {
      const { text, of, naming } = selector
      const found = isTrue(await has(text))
      const near = found || of === undefined ? found : isTrue(await has(of))
      return {
        ...selector,
        found,
        ...(of !== undefined && { near }),
        looked: await Promise.all(naming.map(look)),
      }
    }),
  )
  return heardOfPrometheus({ green: false, blue: await metrics.answers(url, queries.blue), selected })
}

const isTrue = (known: boolean | undefined): boolean => known !== false

/**
 * Prometheus has answered the check's own query before. A look of ours that it refuses, or that takes it too long (all series of
 * a cluster), stops nobody.
 */
function whereNobodyKnows(error: unknown): undefined {
  if (isInvalidInput(error) || isUnreachable(error)) return undefined
  throw error
}

async function inCloudWatch(
  { cloudWatch, loadBalancing }: Proven,
  { asked }: Source<'cloudwatch'>,
  blueBefore: boolean | undefined,
): Promise<Look> {
  const asking = askedOf(Date.now())
  if (!asking) return { heard: heardOfGroups([], []) }
  if (asked.of === 'query') {
    const has = async (side: Side) => onlyOf(await cloudWatch.data(asked.queries[side], comparedOf(asking))).length > 0
    return onBoth('CloudWatch', 'half an hour', has, blueBefore)
  }
  const groups = await Promise.all(
    asked.routes.map(async ({ loadBalancer, groups: { green: name } }) => {
      const found = await loadBalancing.findTargetGroup(name)
      if (!found) return { name, is: 'absent' }
      const counted = onlyOf(await cloudWatch.data(healthyTargets(loadBalancer, dimensionOf(found.arn)), asking))
      return { name, is: counted.length > 0 ? 'told' : 'untold' }
    }),
  )
  const those = (is: string) => groups.flatMap((g) => (g.is === is ? [g.name] : []))
  return { heard: heardOfGroups(those('absent'), those('untold')) }
}

function inDatadog(world: Proven, source: Source<'datadog'>, blueBefore: boolean | undefined): Promise<Look> {
  const over = { ...source, window: longer(source.window, HEARD_WITHIN) }
  const has = async (side: Side) => (await meanIn(world, over, side)) !== null
  return onBoth('Datadog', over.window, has, blueBefore)
}

const longer = (a: Duration, b: Duration): Duration => (milliseconds(a) > milliseconds(b) ? a : b)

async function onBoth(
  source: string,
  over: string,
  has: (side: Side) => Promise<boolean>,
  blueBefore: boolean | undefined,
): Promise<Look> {
  if (await has('green')) return { heard: { is: 'answers' } }
  const blue = blueBefore ?? (await has('blue'))
  return { heard: heardOfMetrics(source, over, { green: false, blue }), blue }
}
