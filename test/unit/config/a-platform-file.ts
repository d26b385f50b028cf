import { readPlatformFile } from '../../../src/config/read.ts'
import { formatProblems } from '../../../src/config/problem.ts'

/** A valid file with something of everything; tests change a piece of it. */
export const aPlatformFile = `apiVersion: norikae.io/v1
platform: chat
account: "123456789012"
region: ap-northeast-1
health:
  prometheus: { url: http://prometheus:9090 }
  checks:
    errors: { query: 'rate(e{c="{cluster}"}[{window}])', atMost: 0.1 }
teams:
  sre:
    approvers: [aoki@example.com, baba@example.com]
  scala:
    approvers: [chiba@example.com]
platformTeam: sre
environments:
  test: {}
  production: { weights: [5, 25, 100], approval: team }
apps:
  api:
    team: scala
    workloads:
      worker: { handover: consumer, idempotent: true }
platformApps:
  waves: [[ingress], [fluentd, postfix]]
  postfix: { handover: buffer, budget: 2h, depth: 'queue{c="{cluster}"}' }
`

/** The valid file with one piece of its text replaced. */
export function changed(from: string | RegExp, to: string): string {
  const text = aPlatformFile.replace(from, () => to)
  if (text === aPlatformFile && !aPlatformFile.includes(to))
    throw new Error(`nothing in the file is like ${String(from)}`)
  return text
}

/** Each problem as people read it, without the file's name and the line that counts. */
export function problemsIn(text: string): string[] {
  const read = readPlatformFile(text, 'x.yaml')
  return read.ok
    ? []
    : formatProblems(read.problems)
        .split('\n')
        .slice(0, -1)
        .map((line) => line.replace('x.yaml:', ''))
}
