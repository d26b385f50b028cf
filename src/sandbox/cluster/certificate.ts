/** The server's certificate, made anew for each start; it is its own authority. */
import { generate } from 'selfsigned'

export interface Certificate {
  readonly key: string
  readonly cert: string
}

export async function certificate(host: string): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'kubernetes' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      // Clients that trust exactly this certificate want it to be an authority.
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 2, value: 'kubernetes.default.svc' },
          { type: 7, ip: '127.0.0.1' },
          ...(host === '127.0.0.1' || !/^[\d.]+$/.test(host) ? [] : [{ type: 7 as const, ip: host }]),
        ],
      },
    ],
  })
  return { key, cert }
}

/** For kubectl: one cluster, one user with a static token. */
export const kubeconfigOf = (cluster: { name: string; url: string; ca: string; token: string }): string =>
  JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: cluster.name,
          cluster: { server: cluster.url, 'certificate-authority-data': Buffer.from(cluster.ca).toString('base64') },
        },
      ],
      users: [{ name: `${cluster.name}-admin`, user: { token: cluster.token } }],
      contexts: [{ name: cluster.name, context: { cluster: cluster.name, user: `${cluster.name}-admin` } }],
      'current-context': cluster.name,
    },
    null,
    2,
  )
