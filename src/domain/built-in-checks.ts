import type { CheckFile } from './platform-file.ts'

/**
 * What is held against blue without being written: docs/adr/0074. Each has an amount that is fine whatever blue has, which no
 * ordinary day exceeds, because what is always on must not take anything back by mistake. One of the same name in the platform
 * file takes its place.
 */
export const BUILT_IN: Readonly<Record<string, CheckFile>> = {
  // Once or twice is an eviction, or a database that was away; whoever loops is there more often within minutes, and goes on.
  restarts: { kubernetes: 'restarts', limit: { timesBlue: 2, fineUpTo: 2 }, minSamples: 1, breachAfter: 2 },
  // A node that has to come takes one to four minutes, and on a green that grows pods wait for nodes all the time.
  scheduling: { kubernetes: 'scheduling', limit: { timesBlue: 2, fineUpTo: 300 }, minSamples: 1, breachAfter: 2 },
  // Kubernetes' own aim for a request about one object: https://github.com/kubernetes/community/blob/master/sig-scalability/slos/api_call_latency.md
  'api-server': { kubernetes: 'api-server', limit: { timesBlue: 2, fineUpTo: 1 }, minSamples: 1, breachAfter: 3 },
}
