import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Below where systems take a port for whoever connects (Linux from 32,768, others from 49,152). */
const [FROM, TO] = [10_240, 32_768]

const given = new Set<number>()

/**
 * A port of loopback that is free, for a program that has to be told one. No connection of anybody takes it before that
 * program listens, which is what happens now and then to a port that the system chose; nor is it given twice by this process.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FROM, TO)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen(port, '127.0.0.1', () => void server.close(() => done(true)))
  })
}
