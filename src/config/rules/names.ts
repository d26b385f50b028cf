import { METRIC_NAME } from '../checks.ts'
import { find, isText, list } from '../find.ts'
import { ADDRESS, ENVIRONMENT, NAME, NAME_MADE_OF, RECORD } from '../pieces.ts'
import { INSTANCE } from '../prices.ts'
import { flaw } from '../problem.ts'
import { OBJECT, WORKLOAD } from '../schema.ts'
import { shown } from '../words.ts'
import type { Rule } from './rule.ts'

interface Named {
  readonly at: string
  readonly is: string
  readonly write: string
  readonly pattern?: RegExp
  /** Names that mean something else already. */
  readonly taken?: readonly string[]
}

const named: readonly Named[] = [
  { at: 'teams.*', is: 'the name of a team', write: `${NAME_MADE_OF} scala` },
  {
    at: 'environments.*',
    is: 'the name of an environment',
    write: 'a letter, then a-z, 0-9 and "-", such as production',
    pattern: ENVIRONMENT,
  },
  { at: 'apps.*', is: 'the name of an app', write: `${NAME_MADE_OF} chat-api` },
  {
    at: 'apps.*.workloads.*',
    is: 'a workload',
    write: 'its name, or Deployment/, StatefulSet/, DaemonSet/ or CronJob/ and its name',
    pattern: WORKLOAD,
  },
  {
    at: 'apps.*.jobs.*',
    is: 'the name of a Job',
    write: 'it as kubectl get jobs lists it, such as warm-up',
    pattern: OBJECT,
  },
  { at: 'apps.*.externals.*', is: 'the name of an external', write: `${NAME_MADE_OF} orders-db` },
  {
    at: 'apps.*.records.*',
    is: 'the name of a record',
    write: 'a DNS name in lower case, without a dot at its end, such as legacy.example.com',
    pattern: RECORD,
  },
  {
    at: 'prices.instances.*',
    is: 'an instance type',
    write: 'it as EC2 lists it, such as m6i.large',
    pattern: INSTANCE,
  },
  { at: 'people.*', is: 'an address', write: 'one such as aoki@example.com', pattern: ADDRESS },
  { at: 'platformApps.*', is: 'the name of a platform app', write: `${NAME_MADE_OF} fluentd` },
  // `ready` is the built-in check of pods.
  ...['health.checks.*', 'apps.*.checks.*'].map((at) => ({
    at: `${at}.cloudwatch.metrics.*`,
    is: 'a name for a metric',
    write: 'a small letter, then letters, digits and "_", such as requests',
    pattern: METRIC_NAME,
  })),
  ...['health.checks.*', 'apps.*.checks.*'].map((at) => ({
    at,
    is: 'a free name for a check',
    write: `${NAME_MADE_OF} errors; ready is built in`,
    taken: ['ready'],
  })),
]

export const everythingHasAName: Rule = (file) =>
  named.flatMap(({ at, is, write, pattern = NAME, taken = [] }) =>
    find(file, at).flatMap(({ path }) => {
      const name = String(path.at(-1))
      return (pattern.test(name) && !taken.includes(name)) || name === '<<'
        ? []
        : flaw(path, `${shown(name)} is not ${is}; write ${write}`)
    }),
  )

const lists = [
  'teams.*.approvers',
  'people.*.keys',
  'apps.*.dependsOn',
  'apps.*.movesWith',
  'schedule.months',
  'owners.terraform.states',
  'owners.terraform.ignore',
]

/** Letters' case does not make another person of an address. */
export const listsNameOnce: Rule = (file) =>
  lists.flatMap((at) =>
    find(file, at).flatMap(({ path, value }) => {
      const seen = new Set<string>()
      return list(value).flatMap((item, i) => {
        if (!isText(item)) return []
        const same = item.toLowerCase()
        if (seen.has(same)) return flaw([...path, i], `${shown(item)} is in this list already; take one of them out`)
        seen.add(same)
        return []
      })
    }),
  )
