import { ApplicationFailure } from '@temporalio/common'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectOutside } from '../../../src/adapters/index.ts'
import type { Asked, Disturbance } from '../../../src/sandbox/disturbances.ts'
import { eventually } from '../../support/eventually.ts'
import { sdkCalls } from '../../support/sdk-calls.ts'
import { anAws } from './aws.ts'
import { failureOf } from './local.ts'
import { furnish, rows, type Row, type Stage } from './operations.ts'

/**
 * Every operation that Norikae asks of AWS × everything that may become of a request. Each kind of failure has an account of
 * its own, in which the same is done in the same order as in one where nothing fails: asked again, as Temporal does it, an
 * operation answers the same, and what is there is the same.
 */

const kinds = ['throttled', 'failing', 'expired', 'lost'] as const satisfies readonly Disturbance[]

beforeAll(() => {
  process.env['AWS_MAX_ATTEMPTS'] = '1' // the SDK's own tries would hide what is looked at
})
afterAll(() => {
  delete process.env['AWS_MAX_ATTEMPTS']
})

const names = rows.map(({ asks }) => asks)

test('every operation that an adapter asks for has a row, and no other', () => {
  // Route 53 is asked three times a second, so its failures have tests of their own: test/contract/routes.ts and route53.test.ts here.
  const asked = new Set([...sdkCalls().values()].flat().filter((name) => !name.startsWith('route53:')))
  expect([...new Set(names)].toSorted()).toEqual([...asked].toSorted())
})

const soon = {
  clusterMs: 1,
  nodegroupMs: 1,
  addonMs: 1,
  deletionMs: 1,
  updateMs: 1,
  probeEveryMs: 1000,
  volumeMs: 1,
  snapshotMs: 1,
  iamMs: 0,
}

interface Account extends Stage {
  /** Clients that have met nothing yet: one that was throttled waits before it asks again. */
  refresh(): Promise<void>
  stop(): Promise<void>
}

async function anAccount(): Promise<Account> {
  const { aws, faults, credentials, outside, stop } = await anAws({}, 'admin', soon)
  const { accessKeyId, secretAccessKey } = aws.identity
  const connected = () => ({
    ports: connectOutside({ credentials }),
    worker: connectOutside({
      credentials: async () => ({ accessKeyId, secretAccessKey }),
      decommissionRoleArn: aws.decommissionRoleArn,
    }),
  })
  let by = connected()
  const close = () => Promise.all([by.ports.close(), by.worker.close()])
  const account: Account = {
    aws,
    faults,
    get ports() {
      return by.ports
    },
    get worker() {
      return by.worker
    },
    async refresh() {
      await close()
      by = connected()
    },
    async stop() {
      await close()
      await outside.close()
      await stop()
    },
  }
  await furnish(account)
  return account
}

/** What is there, once nothing is on its way any more. */
async function settled({ aws }: Stage): Promise<string> {
  return eventually(
    'nothing is on its way',
    () => {
      const is = plain([
        aws.eks.inventory(),
        aws.ec2.volumes(),
        aws.ec2.snapshots(),
        aws.elbv2.inventory(),
        aws.iam.inventory(),
      ])
      return /"(CREATING|UPDATING|DELETING|creating|pending)"/.test(is) ? undefined : is
    },
    { everyMs: 1 },
  )
}

/** Without times and random names. */
const plain = (value: unknown): string =>
  JSON.stringify([value])
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '<id>')
    .replaceAll(/[\da-f]{16,}/gi, '<id>')
    .replaceAll(/-\d{10}(?=\.\S+\.elb\.amazonaws\.com)/g, '-<id>')

interface Told {
  readonly asks: string
  readonly answer: string
  readonly there: string
}

/** Does one after the other; `ask` says what it answered in the end. */
async function told(account: Account, ask: (row: Row) => Promise<unknown>): Promise<Told[]> {
  const all: Told[] = []
  for (const row of rows) {
    if (row.once) await eventually(`${row.asks} can be asked`, () => row.once?.(account), { everyMs: 1 })
    const answer = plain(await ask(row))
    all.push({ asks: row.asks, answer, there: await settled(account) })
  }
  return all
}

const isOf = ({ asks }: Row, { service, operation }: Asked): boolean => asks === `${service}:${operation}`

/** As each service says it. */
const denials: Readonly<Record<string, string>> = {
  ec2: 'UnauthorizedOperation',
  elasticloadbalancing: 'AccessDenied',
  iam: 'AccessDenied',
  sts: 'AccessDenied',
}

describe('asked again, every operation answers as if nothing had happened, and nothing is there twice', () => {
  let undisturbed: Told[]
  beforeAll(async () => {
    const account = await anAccount()
    undisturbed = await told(account, (row) => row.by(account))
    await account.stop()
  })

  test.for(kinds.map((kind) => ({ kind })))('$kind: it is transient', async ({ kind }) => {
    const account = await anAccount()
    const wrong: string[] = []
    const disturbed = await told(account, async (row) => {
      let met = 0
      const rule = (asked: Asked) => (isOf(row, asked) && met++ === 0 ? kind : undefined)
      account.faults.disturbances.add(rule)
      const { type, nonRetryable, message } = await failureOf(row.by(account))
      account.faults.disturbances.remove(rule)
      if (type !== 'Unreachable' || nonRetryable === true) wrong.push(`${row.asks}: ${type}: ${message}`)
      if (kind === 'throttled') await account.refresh()
      return row.by(account)
    })
    await account.stop()
    expect(wrong).toEqual([])
    expect(disturbed).toEqual(undisturbed)
  })

  test('refused: who may not, what is there or at work already, and as many as there may be are told apart', async () => {
    const account = await anAccount()
    const wrong: string[] = []
    const refused = await told(account, async (row) => {
      const denied = { code: denials[row.asks.split(':')[0] ?? ''] ?? 'AccessDeniedException', status: 403 }
      for (const { code, status = 400, is } of [
        { ...denied, is: row.denied ?? 'Denied' },
        ...(row.taken ? [row.taken] : []),
        ...(row.limit ? [row.limit] : []),
      ]) {
        account.faults.fail(row.asks, { code, status, message: 'AWS said so' }, 99)
        const type = await typeOf(row.by(account))
        account.faults.clear()
        if (type !== is) wrong.push(`${row.asks}, ${code}: ${type}, not ${is}`)
        // The SDK takes it for throttling.
        if (code.startsWith('LimitExceeded')) await account.refresh()
      }
      return row.by(account)
    })
    await account.stop()
    expect(wrong).toEqual([])
    expect(refused).toEqual(undisturbed)
  })

  test('whatever makes something says what becomes of it where it is there, and where there may be no more', () => {
    const makes = rows.filter(({ asks }) => /:(Create(?!Tags)|AssociateIdentity)/.test(asks))
    expect(makes.filter(({ taken, limit }) => !taken || !limit).map(({ asks }) => asks)).toEqual([])
    expect(makes.length).toBeGreaterThan(10)
  })
})

/** Of the error that it ends with; `answered` where it does not. */
const typeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'answered',
    (error: unknown) => (error instanceof ApplicationFailure ? (error.type ?? '') : String(error)),
  )
