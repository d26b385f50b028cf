import { describe, expect, test } from 'vitest'
import { blueOf } from '../../../src/activities/blue.ts'
import type { EksPort } from '../../../src/activities/ports.ts'

/** Which cluster serves, where the platform file names a green that others made. */

const among = (...names: string[]) => ({ clusterNames: async () => names }) as unknown as EksPort // it asks nothing else

describe('beside a green that others made', () => {
  const file = { platform: 'chat', adopts: 'chat-1-36' }
  test('blue is the other one, also where green is named as Norikae would', async () => {
    expect(await blueOf(among('chat-1-35', 'chat-1-36'), file)).toBe('chat-1-35')
  })
  test('blue may be at the same version', async () => {
    expect(await blueOf(among('chat-1-36', 'terraform'), { ...file, adopts: 'terraform' }, '1.36')).toBe('chat-1-36')
  })
  test('where only green is left, it serves by now, and that is said', async () => {
    await expect(blueOf(among('chat-1-36'), file)).rejects.toThrow('if it serves by now, take that out')
  })
})
