import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { askForAll } from '../../src/adapters/aws-errors.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Pages that take so many seconds each, as the SDK asks for them: what is aborted ends at once. */
async function* pages(seconds: readonly number[], { abortSignal }: { readonly abortSignal: AbortSignal }) {
  for (const [n, each] of seconds.entries()) {
    await new Promise<void>((resolve, reject) => {
      abortSignal.addEventListener('abort', () => reject(Object.assign(new Error('aborted'), { name: 'AbortError' })))
      setTimeout(resolve, each * 1000)
    })
    yield [n]
  }
}
const asked = async (...seconds: number[]) => {
  const all = askForAll(
    'DescribeVolumes',
    (options) => pages(seconds, options),
    (page) => page,
  )
  const said = all.then(
    (items) => items,
    (error: Error) => error.message,
  )
  await vi.runAllTimersAsync()
  return said
}

test('each page has its own time, however long all of them take', async () => {
  expect(await asked(20, 20, 20)).toEqual([0, 1, 2])
})

test('one that does not come in its time ends it, with what was asked', async () => {
  expect(await asked(20, 26)).toBe('DescribeVolumes: no answer in 25s')
})
