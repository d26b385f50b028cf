import { expect, test } from 'vitest'
import type { Environment } from '../../src/domain/platform.ts'
import { anApp, anEnvironment, anUpgradePlan, aPlatform, route, rule } from '../support/builders.ts'

/** What `prepare` refuses a platform and its plan above: Temporal's end of a payload is 2 MiB. */
const LARGEST = 1_900_000

const each = (names: readonly string[]): Environment[] =>
  names.map((name) => anEnvironment(name, { routes: [route('web')], gate: rule('scala') }))
const bytes = (apps: number, environments: readonly string[]) => {
  const platform = aPlatform({
    apps: Array.from({ length: apps }, (_, n) => anApp(`application-${n}`, { environments: each(environments) })),
  })
  return Buffer.byteLength(JSON.stringify({ platform, plan: anUpgradePlan(platform) }))
}

test.for([
  { environments: ['test', 'stage', 'production'], apps: 400 },
  { environments: ['production'], apps: 950 },
])('a plan of $apps apps with $environments fits, and of a tenth more does not', ({ environments, apps }) => {
  expect(bytes(apps, environments)).toBeLessThan(LARGEST)
  expect(bytes(Math.ceil(apps * 1.1), environments)).toBeGreaterThan(LARGEST)
})
