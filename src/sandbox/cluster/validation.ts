/** What the API server refuses with 422, so far as an operator would run into it. Every rule is a row. */
import type { KubernetesObject } from '../types.ts'
import { policyProblems } from './admission.ts'
import { knowsTimeZone, scheduleProblem } from './cron.ts'
import { at, equal, fields, isFields, list, numberAt, strings, textAt } from './json.ts'
import type { Kind } from './kinds.ts'
import { selects } from './selectors.ts'
import type { Cause } from './status.ts'

type Rule = (object: KubernetesObject, live: KubernetesObject | undefined) => readonly Cause[]

const required = (field: string, detail = ''): Cause => ({
  reason: 'FieldValueRequired',
  message: `Required value${detail === '' ? '' : `: ${detail}`}`,
  field,
})
const invalidValue = (field: string, value: unknown, detail: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${isFields(value) ? goMap(value) : JSON.stringify(value)}: ${detail}`,
  field,
})
const unsupported = (field: string, value: unknown, values: readonly string[]): Cause => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${values.map((one) => JSON.stringify(one)).join(', ')}`,
  field,
})

const goMap = (value: Readonly<Record<string, unknown>>): string =>
  `map[string]string{${Object.entries(value)
    .map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`)
    .join(', ')}}`

// The words are those of apimachinery's util/validation.
const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const shapes = {
  label: {
    max: 63,
    is: new RegExp(`^${label}$`),
    must: `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`,
  },
  'service label': {
    max: 63,
    is: /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
    must: `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')`,
  },
  subdomain: {
    max: 253,
    is: new RegExp(`^${label}(\\.${label})*$`),
    must: `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${label}(\\.${label})*')`,
  },
  'path segment': { max: 253, is: /^(?!\.\.?$)[^/%]+$/, must: `may not contain '/'` },
} as const satisfies Record<Kind['names'], unknown>

function nameOf(kind: Kind, { metadata: { name } }: KubernetesObject): readonly Cause[] {
  const { is, max, must } = shapes[kind.names]
  if (name.length > max) return [invalidValue('metadata.name', name, `must be no more than ${max} characters`)]
  if (!is.test(name)) return [invalidValue('metadata.name', name, must)]
  // The controller adds eleven characters for each Job (ValidateCronJobCreate).
  return kind.kind === 'CronJob' && name.length > 52
    ? [invalidValue('metadata.name', name, 'must be no more than 52 characters')]
    : []
}

const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/
function labelsOf({ metadata: { labels } }: KubernetesObject): readonly Cause[] {
  return Object.values(strings(labels))
    .filter((value) => value.length > 63 || !labelValue.test(value))
    .map((value) =>
      invalidValue(
        'metadata.labels',
        value,
        value.length > 63
          ? 'must be no more than 63 characters'
          : `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
      ),
    )
}

const notNegative =
  (...path: readonly string[]): Rule =>
  (object) => {
    const value = numberAt(object, ...path)
    return value !== undefined && value < 0
      ? [invalidValue(path.join('.'), value, 'must be greater than or equal to 0')]
      : []
  }

const oneOf =
  (values: readonly string[], ...path: readonly string[]): Rule =>
  (object) => {
    const value = textAt(object, ...path)
    return value === undefined || values.includes(value) ? [] : [unsupported(path.join('.'), value, values)]
  }

const selectorAndTemplate: Rule = (object, live) => {
  const { selector } = fields(object.spec)
  const labels = fields(at(object, 'spec', 'template', 'metadata', 'labels'))
  const bare =
    isFields(selector) &&
    list(selector['matchExpressions']).length === 0 &&
    Object.keys(fields(selector['matchLabels'])).length === 0
  return [
    ...(selector === undefined ? [required('spec.selector')] : []),
    ...(bare
      ? [invalidValue('spec.selector', selector, `empty selector is invalid for ${object.kind.toLowerCase()}`)]
      : []),
    ...(selector === undefined || !selects(selector, strings(labels))
      ? [invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')]
      : []),
    ...(live !== undefined && !equal(selector, live.spec?.['selector'])
      ? [invalidValue('spec.selector', selector, 'field is immutable')]
      : []),
  ]
}

const containers =
  (restart: readonly string[], ...path: readonly string[]): Rule =>
  (object) => {
    const spec = at(object, ...path)
    const place = path.join('.')
    const policy = textAt(spec, 'restartPolicy')
    const own = list(at(spec, 'containers'))
    return [
      ...(own.length === 0 ? [required(`${place}.containers`)] : []),
      ...own.flatMap((container, index) => [
        ...(textAt(container, 'name') === undefined ? [required(`${place}.containers[${index}].name`)] : []),
        ...(textAt(container, 'image') === undefined ? [required(`${place}.containers[${index}].image`)] : []),
      ]),
      ...(policy !== undefined && !restart.includes(policy)
        ? [unsupported(`${place}.restartPolicy`, policy, restart)]
        : []),
    ]
  }

const schedule: Rule = ({ spec }) => {
  const text = textAt(spec, 'schedule')
  if (text === undefined || text === '') return [required('spec.schedule')]
  const problem = scheduleProblem(text)
  return problem === undefined ? [] : [invalidValue('spec.schedule', text, problem)]
}

const timeZone: Rule = ({ spec }) => {
  const zone = textAt(spec, 'timeZone')
  return zone === undefined || knowsTimeZone(zone)
    ? []
    : [invalidValue('spec.timeZone', zone, `unknown time zone ${zone}`)]
}

const ports: Rule = ({ spec }) => {
  const headless = spec?.['clusterIP'] === 'None' || spec?.['type'] === 'ExternalName'
  if (list(spec?.['ports']).length === 0) return headless ? [] : [required('spec.ports')]
  return list(spec?.['ports']).flatMap((port, index) => {
    const number = numberAt(port, 'port') ?? 0
    return number >= 1 && number <= 65_535
      ? []
      : [invalidValue(`spec.ports[${index}].port`, number, 'must be between 1 and 65535, inclusive')]
  })
}

const jobTemplate: Rule = (object, live) =>
  live !== undefined && !equal(at(object, 'spec', 'template'), at(live, 'spec', 'template'))
    ? [
        {
          reason: 'FieldValueInvalid',
          message: 'Invalid value: spec.template: field is immutable',
          field: 'spec.template',
        },
      ]
    : []

const autoscaled: Rule = ({ spec }) => {
  const [min = 1, max = 0] = [numberAt(spec, 'minReplicas'), numberAt(spec, 'maxReplicas')]
  return [
    ...(max < 1 ? [invalidValue('spec.maxReplicas', max, 'must be greater than 0')] : []),
    ...(max >= 1 && max < min
      ? [invalidValue('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`')]
      : []),
  ]
}

const always = ['Always']
const ends = ['OnFailure', 'Never']

const rules: Readonly<Record<string, readonly Rule[]>> = {
  Deployment: [
    notNegative('spec', 'replicas'),
    notNegative('spec', 'minReadySeconds'),
    selectorAndTemplate,
    containers(always, 'spec', 'template', 'spec'),
    oneOf(['Recreate', 'RollingUpdate'], 'spec', 'strategy', 'type'),
  ],
  ReplicaSet: [notNegative('spec', 'replicas'), selectorAndTemplate, containers(always, 'spec', 'template', 'spec')],
  StatefulSet: [notNegative('spec', 'replicas'), selectorAndTemplate, containers(always, 'spec', 'template', 'spec')],
  DaemonSet: [selectorAndTemplate, containers(always, 'spec', 'template', 'spec')],
  Pod: [containers(['Always', ...ends], 'spec')],
  Job: [
    notNegative('spec', 'parallelism'),
    notNegative('spec', 'completions'),
    notNegative('spec', 'backoffLimit'),
    notNegative('spec', 'ttlSecondsAfterFinished'),
    containers(ends, 'spec', 'template', 'spec'),
    jobTemplate,
  ],
  CronJob: [
    schedule,
    timeZone,
    oneOf(['Allow', 'Forbid', 'Replace'], 'spec', 'concurrencyPolicy'),
    notNegative('spec', 'startingDeadlineSeconds'),
    notNegative('spec', 'successfulJobsHistoryLimit'),
    notNegative('spec', 'failedJobsHistoryLimit'),
    containers(ends, 'spec', 'jobTemplate', 'spec', 'template', 'spec'),
  ],
  Service: [ports, oneOf(['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'], 'spec', 'type')],
  HorizontalPodAutoscaler: [autoscaled],
  ValidatingAdmissionPolicy: [policyProblems],
  ValidatingAdmissionPolicyBinding: [policyProblems],
}

/** Everything that is wrong with an object; nothing where it may be stored. */
export const problems = (
  kind: Kind,
  object: KubernetesObject,
  live: KubernetesObject | undefined,
): readonly Cause[] => [
  ...(live === undefined ? nameOf(kind, object) : []),
  ...labelsOf(object),
  ...(rules[kind.kind] ?? []).flatMap((rule) => rule(object, live)),
]
