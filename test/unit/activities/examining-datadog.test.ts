import { expect, test } from 'vitest'
import { denied, unreachable } from '../../../src/activities/errors.ts'
import { examiningActivities } from '../../../src/activities/examining.ts'
import type { Outside } from '../../../src/activities/outside.ts'
import { driven } from '../../support/driven.ts'
import { changed } from '../config/a-platform-file.ts'

const ERRORS = `    errors: { query: 'rate(e{c="{cluster}"}[{window}])', atMost: 0.1 }`
const file = changed(
  ERRORS,
  `${ERRORS}\n    paid: { datadog: "sum:paid{c:{cluster}}", atLeast: 1 }\n  datadog: { site: ap1.datadoghq.com }`,
)

async function seen(datadog: object | undefined) {
  const ports = {
    metrics: { query: async () => 7 },
    identity: { whoAmI: async () => ({ account: 'another', principalArn: 'arn' }) },
    ...(datadog && { datadog }),
  }
  const { examine } = examiningActivities({ ports } as unknown as Outside)
  const { answer } = await driven(examine, { organ: 'metrics', platform: 'chat', file } as const)
  return answer.at(-1)
}
const todo = 'see docs/how-to/declare-checks.md#datadog'

test('a question about nobody shows that both keys are right', async () => {
  const asked: string[] = []
  const query = async (site: string, text: string) => {
    asked.push(`${site} ${text}`)
    return []
  }
  expect(await seen({ query })).toEqual({
    about: 'metrics',
    is: 'works',
    saw: "Datadog (ap1.datadoghq.com) answers, and knows the worker's keys",
  })
  expect(asked).toEqual(['ap1.datadoghq.com avg:system.cpu.user{host:norikae-doctor-asks}'])
})

test.for([
  { says: 'no keys', datadog: undefined, saw: /NORIKAE_DATADOG_API_KEY and .* are not set where the worker runs$/ },
  { says: 'wrong ones', datadog: { query: () => Promise.reject(denied('Forbidden')) }, saw: /: Forbidden$/ },
  { says: 'no way there', datadog: { query: () => Promise.reject(unreachable('no answer')) }, saw: /: no answer$/ },
])('$says: it says what is wrong, and where that is told', async ({ datadog, saw }) => {
  expect(await seen(datadog)).toEqual({ about: 'metrics', is: 'broken', saw: expect.stringMatching(saw), todo })
})
