import { condition, isCancellation, sleep } from '@temporalio/workflow'
import type { Subject } from '../domain/plan.ts'
import { AT_ONCE } from '../domain/troubles.ts'
import { question } from './activities.ts'
import { show, tellBlind, tellBreaches, tellCalm, tellFreed, tellHeld, tellSeeing, type Office } from './office.ts'

/**
 * Sees that health can be watched at all; for all apps together, so that an outage of the metrics is told once and not by
 * each of them. Beside whatever is done; never ends by itself.
 */
export async function lookout(office: Office, subject: Subject, url: string): Promise<never> {
  for (let looks = 1; ; looks += 1) {
    const metrics = (id: string, words: string, until: 'silent' | 'answering') =>
      question('awaitMetrics', `metrics/${id}.${looks}`, words, 'watch', { url, until })
    try {
      office.blind = await metrics('watch', 'see that health can be watched', 'silent')
      tellBlind(office, subject, looks, office.blind)
      show(office)
      await metrics('watch-again', 'wait until health can be watched again', 'answering')
      office.blind = undefined
      tellSeeing(office, subject, looks, true)
      show(office)
    } catch (error) {
      if (office.blind) tellSeeing(office, subject, looks, false)
      if (isCancellation(error)) throw error
      // Whoever cannot look says nothing: it is no reason to take everything back, nor to hold it.
      office.blind = undefined
      show(office)
      await sleep('5m', { summary: 'look for the metrics again' })
    }
  }
}

/** Those who breach with others that they have nothing to do with. */
export interface Together {
  readonly isAny: () => boolean
  /** Their names. They are forgotten by that. */
  readonly take: () => readonly string[]
  /** What is known of those of these apps that are in trouble, a line for each environment. */
  readonly notes: (apps: ReadonlySet<string>) => readonly string[]
}

/** For so long a page waits for the names of those that fail by the same cause; who comes within `AT_ONCE` is of the same. */
const NAMES = '30s'

/**
 * Tells once for all when apps breach together that have nothing to do with one another, of which none goes back by itself any
 * more: each team is asked, and the platform team looks for the cause. Beside whatever is done; never ends by itself.
 */
export async function alarm(office: Office, subject: Subject, together: Together): Promise<never> {
  for (let n = 1; ; n += 1) {
    await condition(together.isAny)
    await sleep(NAMES, { summary: 'see who else breaches' })
    const apps = new Set(together.take())
    tellBreaches(office, subject, n, [...apps], together.notes(apps))
    const calm = async () => {
      let over = false
      try {
        await condition(() => together.notes(apps).length === 0)
        over = true
      } finally {
        tellCalm(office, subject, n, over)
      }
    }
    try {
      await sleep(AT_ONCE, { summary: 'see who breaches by the same cause' })
    } finally {
      for (const app of together.take()) apps.add(app)
      // It may take days, in which others breach by another cause.
      calm().catch(() => undefined)
    }
  }
}

/** What ends within it by itself is nothing to be told of. */
const A_WHILE = '1m'

/** Tells when no app gets its turn any more because too many are in trouble. Beside whatever is done; never ends by itself. */
export async function overseer(office: Office, subject: Subject, held: () => string | undefined): Promise<never> {
  for (let n = 1; ;) {
    await condition(() => held() !== undefined)
    const isOver = () => held() === undefined
    if (await condition(isOver, A_WHILE, { summary: 'see whether turns are given again' })) continue
    tellHeld(office, subject, n, held() ?? '')
    try {
      await condition(isOver)
    } finally {
      tellFreed(office, subject, n, isOver())
    }
    n += 1
  }
}
