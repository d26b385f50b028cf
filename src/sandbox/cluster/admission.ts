/**
 * ValidatingAdmissionPolicies, as far as a fence needs them: on what is created, with a ConfigMap as parameter, denying.
 * A policy that asks for more is refused when it is written, with 501, so that none is stored that would not be obeyed.
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
import { Environment } from '@marcbachmann/cel-js'
import type { KubernetesObject } from '../types.ts'
import { type Fields, at, fields, list, textAt } from './json.ts'
import { type Kind, k } from './kinds.ts'
import { selects } from './selectors.ts'
import { type Cause, ApiError, forbidden, notImplemented } from './status.ts'
import type { Store } from './store.ts'

const environment = new Environment({ unlistedVariablesAreDyn: true, enableOptionalTypes: true })

type Expression = (context: Fields) => unknown
const compiled = new Map<string, Expression>()

/** @throws where the text is no CEL. */
function expression(text: string): Expression {
  const known = compiled.get(text)
  if (known !== undefined) return known
  const made = environment.parse(text)
  compiled.set(text, made)
  return made
}

const texts = (value: unknown): readonly string[] => list(value).map(String)

const names = (found: readonly string[], one: string): boolean => found.includes('*') || found.includes(one)

const isMeant = (kind: Kind, rule: unknown): boolean =>
  names(texts(at(rule, 'apiGroups')), kind.group) &&
  names(texts(at(rule, 'apiVersions')), kind.version) &&
  names(texts(at(rule, 'operations')), 'CREATE') &&
  names(texts(at(rule, 'resources')), kind.plural)

function isWithin(
  where: unknown,
  kind: Kind,
  object: KubernetesObject,
  namespace: KubernetesObject | undefined,
): boolean {
  const rules = list(at(where, 'resourceRules'))
  return (
    (rules.length === 0 || rules.some((rule) => isMeant(kind, rule))) &&
    selects(fields(at(where, 'objectSelector')), object.metadata.labels ?? {}) &&
    selects(fields(at(where, 'namespaceSelector')), namespace?.metadata.labels ?? {})
  )
}

/** @throws ApiError 403 or 422 where a policy that is bound denies it. */
export function admitted(store: Store, kind: Kind, object: KubernetesObject): void {
  const bindings = store.list(k.policyBinding)
  const namespace = store.get(k.namespace, undefined, object.metadata.namespace ?? '')
  refuseToAsk(store, kind, object, namespace)
  if (bindings.length === 0) return
  for (const binding of bindings) {
    const policy = store.get(k.policy, undefined, textAt(binding, 'spec', 'policyName') ?? '')
    if (policy === undefined) continue
    const places = [at(policy, 'spec', 'matchConstraints'), at(binding, 'spec', 'matchResources')]
    if (!places.every((where) => isWithin(where, kind, object, namespace))) continue
    const why = denialOf(store, policy, binding, { object, oldObject: null, namespaceObject: namespace ?? null })
    if (why !== undefined) throw denied(kind, object, policy, binding, why)
  }
}

/** Webhooks are kept to be read, and not asked: what one would see is refused, so that none is passed by. */
function refuseToAsk(
  store: Store,
  kind: Kind,
  object: KubernetesObject,
  namespace: KubernetesObject | undefined,
): void {
  for (const configuration of [...store.list(k.mutatingWebhooks), ...store.list(k.validatingWebhooks)])
    for (const webhook of list(at(configuration, 'webhooks'))) {
      const where = {
        resourceRules: list(at(webhook, 'rules')),
        namespaceSelector: at(webhook, 'namespaceSelector'),
        objectSelector: at(webhook, 'objectSelector'),
      }
      if (list(at(webhook, 'rules')).length > 0 && isWithin(where, kind, object, namespace))
        throw notImplemented(`asking the webhook ${textAt(webhook, 'name') ?? ''}`)
    }
}

interface Why {
  readonly message: string
  readonly reason?: string
}

function denialOf(store: Store, policy: KubernetesObject, binding: KubernetesObject, subject: Fields): Why | undefined {
  const ref = at(binding, 'spec', 'paramRef')
  const params = ref === undefined ? null : store.get(k.configMap, textAt(ref, 'namespace'), textAt(ref, 'name') ?? '')
  if (params === undefined) {
    if (textAt(ref, 'parameterNotFoundAction') !== 'Deny') return undefined
    const message =
      'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction'
    return { message, reason: 'Invalid' }
  }
  try {
    const variables: Fields = {}
    const context = { ...subject, params, variables }
    for (const variable of list(policy.spec?.['variables']))
      variables[textAt(variable, 'name') ?? ''] = expression(textAt(variable, 'expression') ?? '')(context)
    for (const rule of list(policy.spec?.['validations'])) {
      if (expression(textAt(rule, 'expression') ?? '')(context) === true) continue
      const said = textAt(rule, 'messageExpression')
      const message = said === undefined ? textAt(rule, 'message') : String(expression(said)(context))
      return {
        message: message ?? `failed expression: ${textAt(rule, 'expression') ?? ''}`,
        reason: textAt(rule, 'reason') ?? 'Invalid',
      }
    }
    return undefined
  } catch (error) {
    if (policy.spec?.['failurePolicy'] === 'Ignore') return undefined
    return { message: error instanceof Error ? error.message : String(error), reason: 'Invalid' }
  }
}

function denied(
  kind: Kind,
  object: KubernetesObject,
  policy: KubernetesObject,
  binding: KubernetesObject,
  { message, reason }: Why,
): ApiError {
  const said = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${message}`
  const { status } = forbidden(kind, object.metadata.name, said, [{ message }])
  // The reason of the policy, in the words of a denial (admission/plugin/policy/validating/dispatcher.go).
  return reason === 'Forbidden'
    ? new ApiError(403, 'Forbidden', status.message ?? '', status.details)
    : new ApiError(422, 'Invalid', status.message ?? '', status.details)
}

const unmet = ['matchConditions', 'auditAnnotations'] as const

/** What is wrong with a policy or a binding; 501 for what is right and not obeyed here. */
export function policyProblems({ kind, metadata, spec }: KubernetesObject): readonly Cause[] {
  for (const field of unmet)
    if (list(spec?.[field]).length > 0) throw notImplemented(`${field} in the ${kind} ${metadata.name}`)
  if (kind === k.policyBinding.kind) {
    if (texts(spec?.['validationActions']).some((action) => action !== 'Deny') || at(spec, 'paramRef', 'selector'))
      throw notImplemented(`another action than Deny, or a selector of parameters, in the ${kind} ${metadata.name}`)
    return []
  }
  const param = textAt(spec, 'paramKind', 'kind')
  const operations = list(at(spec, 'matchConstraints', 'resourceRules')).flatMap((rule) =>
    texts(at(rule, 'operations')),
  )
  if ((param !== undefined && param !== 'ConfigMap') || operations.some((operation) => operation !== 'CREATE'))
    throw notImplemented(
      `parameters other than ConfigMaps, or operations other than CREATE, in the ${kind} ${metadata.name}`,
    )
  return [
    ...list(spec?.['variables']).flatMap((one, n) => celProblem(one, `spec.variables[${n}]`, 'expression')),
    ...list(spec?.['validations']).flatMap((one, n) => [
      ...celProblem(one, `spec.validations[${n}]`, 'expression', 'bool'),
      ...celProblem(one, `spec.validations[${n}]`, 'messageExpression', 'string'),
    ]),
  ]
}

function celProblem(where: unknown, path: string, field: string, type?: 'bool' | 'string'): readonly Cause[] {
  const text = textAt(where, field)
  if (text === undefined) return []
  const { valid, type: is, error } = environment.check(text)
  const why = !valid
    ? `compilation failed: ${error?.message ?? ''}`
    : type !== undefined && is !== type
      ? `must evaluate to ${type} but got ${is ?? ''}`
      : undefined
  if (why === undefined) return []
  const message = `Invalid value: ${JSON.stringify(text)}: ${why}`
  return [{ reason: 'FieldValueInvalid', message, field: `${path}.${field}` }]
}
