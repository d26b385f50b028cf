import { listen, readBody, type Listening } from '../listen.ts'

export interface Known {
  readonly username: string
  readonly groups: readonly string[]
}

/**
 * What EKS runs beside each API server: it tells it whom a bearer token stands for. One for several clusters, each under
 * its own path. https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication
 */
export const tokenWebhook = (
  whoIs: (cluster: string, token: string) => Promise<Known | undefined>,
): Promise<Listening> =>
  listen((request, response) => {
    void readBody(request).then(async (body) => {
      const review = JSON.parse(body) as { apiVersion: string; spec: { token: string } } // API servers alone ask
      const { pathname } = new URL(request.url ?? '', 'http://127.0.0.1')
      const user = await whoIs(pathname.slice(1), review.spec.token)
      const status = user === undefined ? { authenticated: false } : { authenticated: true, user }
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ apiVersion: review.apiVersion, kind: 'TokenReview', status }))
    })
  })

/** The file that `--authentication-token-webhook-config-file` wants, for one cluster. */
export const webhookConfig = (url: string, cluster: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'sts', cluster: { server: `${url}/${cluster}` } }],
    users: [{ name: cluster, user: {} }],
    contexts: [{ name: 'sts', context: { cluster: 'sts', user: cluster } }],
    'current-context': 'sts',
  })
