const last = new Map<string, Promise<unknown>>()

/** Work on the same thing one after the other, in this process: where it is read, changed and written as a whole. */
export async function oneAtATime<T>(thing: string, work: () => Promise<T>): Promise<T> {
  const before = last.get(thing) ?? Promise.resolve()
  const mine = before.then(work, work)
  last.set(thing, mine)
  try {
    return await mine
  } finally {
    if (last.get(thing) === mine) last.delete(thing)
  }
}
