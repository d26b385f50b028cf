import { blocker, warning, type Finding } from './findings.ts'
import { nameOf, type KubernetesObject } from './kubernetes-objects.ts'

/** What an API server answered to a dry run of one object. */
export interface Tried {
  /** Absent: it would be taken. */
  readonly refusal?: Refusal
  readonly warnings: readonly string[]
}

/** A `Status` of the API. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export interface Refusal {
  readonly code: number
  readonly message: string
  readonly causes: readonly { readonly reason: string; readonly field: string; readonly message: string }[]
}

/** A webhook that does not answer may only be starting. */
export const isOfSilentWebhook = ({ message }: Refusal): boolean => SILENT.test(message)

/**
 * Why an object would be refused, field by field, and what to do about it; the first rule that knows the server's words
 * wins. What could not be tried is a warning: nothing says that it would be refused.
 */
export function refusalFindings(object: Pick<KubernetesObject, 'kind' | 'metadata'>, told: Refusal): Finding[] {
  const about = nameOf(object)
  const refusal = object.kind === 'Secret' ? withoutValues(told) : told
  for (const rule of rules) {
    const findings = rule(about, refusal)
    if (findings.length > 0) return findings
  }
  return [blocker('object-refused', about, short(refusal.message), 'mend it on blue, then retry')]
}

/** What a server takes and warns of. https://kubernetes.io/blog/2020/09/03/warnings/ */
export function warningFinding(object: Pick<KubernetesObject, 'kind' | 'metadata'>, text: string): Finding {
  const about = nameOf(object)
  if (/would violate PodSecurity/.test(text))
    return warning('pod-security', about, short(text), 'see that its pods are let in at the level that green enforces')
  if (/\bdeprecated\b/.test(text))
    return warning('api-deprecated', about, short(text), 'move to what replaces it before the next upgrade')
  return warning('server-warning', about, short(text), 'see whether it matters on green')
}

type Rule = (about: string, refusal: Refusal) => Finding[]

const SILENT = /failed calling webhook "([^"]+)": ?(.*)/s

/** One finding where the server's message matches. */
const said =
  (pattern: RegExp, finding: (about: string, found: (n: number) => string) => Finding): Rule =>
  (about, { message }) => {
    const match = pattern.exec(message)
    return match === null ? [] : [finding(about, (n) => short(match[n] ?? ''))]
  }

// Sources of the words: kubernetes/kubernetes, staging/src/k8s.io/apiserver: pkg/admission/plugin/webhook/errors/
// statuserror.go, pkg/util/webhook/error.go, pkg/admission/plugin/policy/validating/dispatcher.go,
// pkg/admission/plugin/resourcequota/controller.go, pkg/endpoints/handlers/rest.go; structured-merge-diff typed/.
const rules: readonly Rule[] = [
  said(/admission webhook "([^"]+)" does not support dry run/, (about, found) =>
    warning(
      'not-tried',
      about,
      `green's webhook ${found(1)} has side effects, so the API server refuses every dry run that it would see`,
      "declare the webhook's sideEffects: None or NoneOnDryRun; or take what it says when the app is deployed",
    ),
  ),
  said(SILENT, (about, found) =>
    blocker(
      'webhook-silent',
      about,
      `green's webhook ${found(1)} does not answer: ${found(2)}`,
      'see that its pods are ready on green and its Service has endpoints; or remove its configuration there',
    ),
  ),
  said(/admission webhook "([^"]+)" denied the request(?: without explanation)?:? ?(.*)/s, (about, found) =>
    blocker(
      'webhook-denied',
      about,
      `green's webhook ${found(1)} denies it: ${found(2) || 'it does not say why'}`,
      'mend it on blue as the webhook asks, or exempt it in the rules of the webhook',
    ),
  ),
  said(/ValidatingAdmissionPolicy '([^']+)'(?: with binding '[^']*')? denied request: (.*)/s, (about, found) =>
    blocker(
      'policy-denied',
      about,
      `green's admission policy ${found(1)} denies it: ${found(2)}`,
      'mend it on blue as the policy asks, or exempt it in the binding of the policy',
    ),
  ),
  said(/(?:exceeded|failed) quota: ([^,:]+)[,:] (.*)/s, (about, found) =>
    blocker('quota-exceeded', about, `quota ${found(1)} of green does not take it: ${found(2)}`, 'raise the quota'),
  ),
  said(/violates PodSecurity (.*)/s, (about, found) =>
    blocker(
      'pod-security',
      about,
      `it violates green's PodSecurity ${found(1)}`,
      'mend its pods, or the level in the labels of its namespace',
    ),
  ),
  said(/User "([^"]*)" cannot (.*)/s, (about, found) =>
    blocker(
      'right-missing',
      about,
      `Norikae itself may not: ${found(1)} cannot ${found(2)}`,
      "give the worker's role the access of an administrator on green",
    ),
  ),
  said(/namespaces "([^"]+)" not found/, (about, found) =>
    blocker(
      'namespace-missing',
      about,
      `green has no namespace ${found(1)}`,
      'retry the step before this one, which makes it',
    ),
  ),
  said(/no matches for kind "([^"]+)" in version "([^"]+)"/, (about, found) => apiMissing(about, found(2))),
  said(/could not find the requested resource|^404 page not found/, (about) => apiMissing(about, 'of this kind')),
  unknownFields,
  invalidFields,
]

const apiMissing = (about: string, api: string): Finding =>
  blocker(
    'api-missing',
    about,
    `green does not serve the API ${api}`,
    'install its CustomResourceDefinition on green, or move to a version that green serves',
  )

/**
 * Of a decoder (`unknown field "spec.foo"`), and of apply, which has schemas of its own (`.spec.foo: field not declared in
 * schema`).
 */
function unknownFields(about: string, { message }: Refusal): Finding[] {
  const decoder = [...message.matchAll(/(unknown|duplicate) field "([^"]+)"/g)].map(([, how = '', field = '']) => ({
    how,
    field,
  }))
  const typed = [...message.matchAll(/(\.[^\s:]+): field not declared in schema/g)].map(([, path = '']) => ({
    how: 'unknown',
    field: path.slice(1),
  }))
  return [...decoder, ...typed].map(({ how, field }) =>
    how === 'unknown'
      ? { ...blocker('field-unknown', about, 'green does not know this field', 'take it out on blue'), field }
      : { ...blocker('field-duplicate', about, 'it has this field twice', 'write it once'), field },
  )
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ (details.causes) */
function invalidFields(about: string, { causes }: Refusal): Finding[] {
  return causes
    .filter(({ field }) => field !== '')
    .map(({ field, message }) =>
      /immutable/.test(message)
        ? {
            ...blocker(
              'field-immutable',
              about,
              'an object of this name is on green already, with another value of a field that cannot be changed',
              'remove it from green, then retry',
            ),
            field,
          }
        : { ...blocker('field-invalid', about, short(message), 'mend it on blue'), field },
    )
}

const LONGEST = 300

const short = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}

/** Servers cite the value that they refuse; of a Secret nothing is told. */
function withoutValues({ code, message, causes }: Refusal): Refusal {
  const told = (text: string) =>
    text
      .replaceAll(/(Invalid value|Unsupported value|Duplicate value): (?:"(?:[^"\\]|\\.)*(?:"|$)|\S+)/g, '$1')
      .replaceAll(/valueUnstructured\{.*?\}/gs, 'a value')
  return { code, message: told(message), causes: causes.map((c) => ({ ...c, message: told(c.message) })) }
}
