import { activityInfo } from '@temporalio/activity'
import type { Activities } from '../workflows/activities.ts'
import type { Outside } from './outside.ts'
import { remember, remembered } from './waiting.ts'

export const notificationActivities = (outside: Outside): Pick<Activities, 'notify'> => ({
  /** To the log, and to every webhook of the teams that it concerns; a repetition goes to those that did not get it. */
  async notify({ notice, webhooks }) {
    const done = remembered<readonly number[]>([])
    const { id, about, title, teams, platform, app, environment, waiting } = notice
    if (activityInfo().attempt === 1)
      outside.log('info', `${about}: ${title}`, { notice: id, platform, app, environment, teams, send: waiting?.send })
    const sent = [...done]
    // Side by side: one that does not answer takes most of the time there is.
    const tried = await Promise.allSettled(
      webhooks.map(async (url, n) => {
        if (done.includes(n)) return
        await outside.ports.webhooks.send(url, id, notice)
        sent.push(n)
        remember(sent)
      }),
    )
    const failure = tried.find((t) => t.status === 'rejected')
    if (failure) throw failure.reason
  },
})
