import { KubeConfig, type RequestContext } from '@kubernetes/client-node'
import { Agent } from 'undici'
import type { EksToken } from './eks-token.ts'

/** Enough for the four activities that a worker runs against one cluster at once, each with a few requests. */
const CONNECTIONS = 16

export interface Endpoint {
  readonly name: string
  readonly server: string
  /** Base64 of the PEM, as EKS tells it. */
  readonly caData: string
}

/**
 * Signs requests with an EKS token, and keeps one pool of connections. client-node itself makes a new agent, and with it
 * a new TLS connection, for every request to a server with a CA of its own.
 */
export class EksKubeConfig extends KubeConfig {
  readonly #agent: Agent
  readonly #token: EksToken

  constructor({ name, server, caData }: Endpoint, token: EksToken) {
    super()
    this.#token = token
    this.#agent = new Agent({
      connections: CONNECTIONS,
      // Many connections carry many requests at once better than the streams of one do: docs/adr/0010.
      allowH2: false,
      connect: { ca: Buffer.from(caData, 'base64').toString('utf8'), keepAlive: true, keepAliveInitialDelay: 30_000 },
    })
    this.loadFromClusterAndUser({ name, server, caData, skipTLSVerify: false }, { name })
  }

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    context.setHeaderParam('Authorization', `Bearer ${await this.#token.get()}`)
    context.setDispatcher(this.#agent)
  }

  /** Waits for what is under way. */
  close(): Promise<void> {
    return this.#agent.close()
  }
}
