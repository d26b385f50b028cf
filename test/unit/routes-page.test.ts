import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Route } from '../../src/domain/platform.ts'

const page = readFileSync(new URL('../../docs/reference/routes.md', import.meta.url), 'utf8')
const [head = [], , ...rows] = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )

/** How each kind is called at the head of the table. A kind more does not compile without a column. */
const columns = {
  alb: /^listener rule of an Application Load Balancer$/,
  ingress: /^action of an Ingress/,
  gateway: /^HTTPRoute of blue/,
  route53: /^records of Route 53$/,
  'external-dns': /^records of Route 53 that external-dns makes$/,
  'http-route': /^HTTPRoutes of Gateway API, on a third cluster$/,
} as const satisfies Record<Route['kind'], RegExp>

test('the table of routes has a column for each kind, and says of each what it can and cannot', () => {
  const [, ...kinds] = head
  expect(kinds).toHaveLength(Object.keys(columns).length)
  for (const column of Object.values(columns)) expect(kinds.filter((kind) => column.test(kind))).toHaveLength(1)
  const asked = ['found by', 'may be', 'opening', 'a weight counts', 'goes back', 'settled', 'cannot']
  for (const what of asked) {
    const row = rows.find(([name]) => name === what)
    expect([what, row?.length, row?.includes('')]).toEqual([what, head.length, false])
  }
})
