import { afterEach } from 'vitest'
import { ApiServer } from '../../../src/adapters/kubernetes/api-server.ts'
import { kubernetes } from '../../../src/adapters/kubernetes/kubernetes-port.ts'
import type { StandInCluster } from '../../../src/sandbox/types.ts'
import { aServer, credentials } from './local.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

export type Answer = Parameters<typeof aServer>[0]

/** A port on a server that answers as told; both end with the test. */
export async function aPort(answer: Answer, more: Partial<ConstructorParameters<typeof ApiServer>[0]> = {}) {
  const server = await aServer(answer)
  const api = new ApiServer({
    name: 'green',
    server: server.url,
    caData: '',
    region: 'ap-northeast-1',
    credentials,
    ...more,
  })
  ends.push(
    () => api.close(),
    () => server.stop(),
  )
  return { port: kubernetes(api), server }
}

/** A cluster of the sandbox as the adapter sees it. */
export const serverOf = ({ name, url, ca }: Pick<StandInCluster, 'name' | 'url' | 'ca'>, timeoutMs = 20_000) =>
  new ApiServer({
    name,
    server: url,
    caData: Buffer.from(ca).toString('base64'),
    region: 'ap-northeast-1',
    credentials,
    timeoutMs,
  })
