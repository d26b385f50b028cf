import { condition, defineUpdate, proxyActivities, setHandler } from '@temporalio/workflow'

const resume = defineUpdate<string>('resume')
const { first, second, early, late } = proxyActivities<
  Record<'first' | 'second' | 'early' | 'late', () => Promise<string>>
>({
  startToCloseTimeout: '10s',
})

/**
 * Two steps end one after the other while it is paused: nothing is wanted then. What comes next depends on whether the end of
 * the second was heard before it was resumed.
 */
export async function twoTasks(): Promise<string> {
  let paused = true
  setHandler(resume, () => {
    paused = false
    return 'noted'
  })
  await Promise.all([first(), second()])
  if (!paused) return early()
  await condition(() => !paused)
  return late()
}
