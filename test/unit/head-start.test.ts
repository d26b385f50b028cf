import { expect, test } from 'vitest'
import { atStart, mayGoOn, paced, type Turn } from '../../src/domain/head-start.ts'

const task = (at: string, events: number, more: Partial<Turn> = {}): Turn => ({
  at,
  events,
  replaying: false,
  asks: false,
  ...more,
})
const query = (at: string, events: number) => task(at, events, { replaying: true, asks: true })

test.for([
  { says: 'tasks one after the other', turns: [task('1', 3), task('2', 9), task('3', 14)], refused: [] },
  { says: 'a query between tasks', turns: [task('1', 3), query('1', 3), task('2', 9)], refused: [] },
  { says: 'a task in two parts', turns: [task('1', 3), task('1', 3), task('2', 9)], refused: [] },
  {
    says: 'what a query brought along, of which the task is still to come',
    turns: [task('1', 37, { replaying: true }), task('1', 41), query('1', 41), query('1', 41), task('9', 45)],
    refused: [4],
  },
  {
    says: 'the same where nothing was asked in between',
    turns: [task('1', 37, { replaying: true }), task('1', 41), task('9', 45), task('9', 52)],
    refused: [2],
  },
  {
    says: 'a replay of tasks that have one time, as on a server whose clock is coarse',
    turns: [task('1', 3, { replaying: true }), task('1', 9, { replaying: true }), task('2', 14)],
    refused: [],
  },
])('$says', ({ turns, refused }) => {
  let pace = atStart
  const not: number[] = []
  for (const [n, turn] of turns.entries()) {
    if (!mayGoOn(pace, turn)) {
      not.push(n)
      break // it is dropped, and begins anew
    }
    pace = paced(pace, turn)
  }
  expect(not).toEqual(refused)
})
