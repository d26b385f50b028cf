import { once } from 'node:events'
import { connect as dial, createServer, type Socket } from 'node:net'

/** A way to the server that can be cut: to the server, whoever goes by it has died then. */
export interface Wire extends AsyncDisposable {
  readonly address: string
  cut(): void
  mend(): void
}

export async function wireTo(server: string): Promise<Wire> {
  const [host = '', port] = server.split(':')
  const open = new Set<Socket>()
  let isCut = false
  const between = createServer((near) => {
    if (isCut) return void near.destroy()
    const far = dial(Number(port), host)
    for (const [from, to] of [[near, far] as const, [far, near] as const]) {
      open.add(from)
      // Whoever is cut off says so by an error; that is what is wanted.
      from.on('error', () => to.destroy())
      from.on('close', () => {
        open.delete(from)
        to.destroy()
      })
      from.pipe(to)
    }
  })
  between.listen(0, '127.0.0.1')
  await once(between, 'listening')
  const at = between.address()
  return {
    address: `127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}`,
    cut() {
      isCut = true
      for (const socket of open) socket.destroy()
    },
    mend: () => void (isCut = false),
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      between.close()
      await once(between, 'close')
    },
  }
}
