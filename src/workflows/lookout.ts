import { isCancellation, sleep } from '@temporalio/workflow'
import type { Subject } from '../domain/plan.ts'
import { question } from './activities.ts'
import { show, tellBlind, type Office } from './office.ts'

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
      show(office)
    } catch (error) {
      if (isCancellation(error)) throw error
      // Whoever cannot look says nothing: it is no reason to take everything back, nor to hold it.
      office.blind = undefined
      show(office)
      await sleep('5m', { summary: 'look for the metrics again' })
    }
  }
}
