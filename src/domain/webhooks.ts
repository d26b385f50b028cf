import { record, records, texts, type Fields } from './fields.ts'
import { warning, type Finding } from './findings.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'

/** An admission webhook, as far as it can stand in somebody's way. */
export interface Webhook {
  /** `ValidatingWebhookConfiguration/policy` */
  readonly configuration: string
  readonly name: string
  readonly refusesWhenDown: boolean
  readonly sideEffects: string
  /** It is asked when pods, or what apps are made of, are made. */
  readonly seesApps: boolean
  /** Absent: it is asked at a URL outside the cluster. */
  readonly service?: { readonly namespace: string; readonly name: string }
}

/** What answers behind the Service of a webhook. */
export type Answers = 'somebody' | 'no pod' | 'no Service'

/** https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/ */
export const webhooksIn = (configurations: readonly KubernetesObject[]): Webhook[] =>
  configurations.flatMap(({ kind, metadata, ...configuration }) =>
    records(configuration['webhooks']).map((w): Webhook => {
      const service = record(record(w['clientConfig'])['service'])
      const { namespace, name } = service
      return {
        configuration: `${kind}/${metadata.name}`,
        name: String(w['name']),
        refusesWhenDown: w['failurePolicy'] !== 'Ignore',
        sideEffects: String(w['sideEffects']),
        seesApps: records(w['rules']).some(isOfApps),
        ...(typeof namespace === 'string' && typeof name === 'string' && { service: { namespace, name } }),
      }
    }),
  )

const made: readonly RegExp[] = [
  /^\*(\/\*)?$/,
  /^(pods|jobs|deployments|statefulsets|daemonsets|cronjobs|services|configmaps|secrets|serviceaccounts)(\/\*)?$/,
]

const isOfApps = (rule: Fields): boolean =>
  texts(rule['operations']).some((o) => o === '*' || o === 'CREATE') &&
  texts(rule['resources']).some((r) => made.some((one) => one.test(r)))

/** Nothing that it sees is made, neither by a deploy nor by a controller, until it answers. */
export const isDown = ({ refusesWhenDown, seesApps, service }: Webhook, answers: Answers | undefined): boolean =>
  refusesWhenDown && seesApps && service !== undefined && answers !== 'somebody'

export const downFinding = ({ configuration, name, service }: Webhook, cluster: string, answers?: Answers): Finding =>
  warning(
    'webhook-down',
    configuration,
    `its webhook ${name} refuses what it cannot look at, and on ${cluster} there is ${answers ?? 'nobody'} behind ${service?.namespace ?? ''}/${service?.name ?? ''}`,
    'start what answers there, or remove the configuration',
  )

/** Such a configuration may still be there from an older API, and no server takes a new one. */
export const sideEffectsFinding = ({ configuration, name, sideEffects }: Webhook): Finding | undefined =>
  ['None', 'NoneOnDryRun'].includes(sideEffects)
    ? undefined
    : warning(
        'webhook-side-effects',
        configuration,
        `the sideEffects of its webhook ${name} are ${sideEffects}: green takes no such configuration, and whoever has one refuses every dry run that it would see`,
        'declare sideEffects: None or NoneOnDryRun, and see that it is so',
      )

/** Configurations belong to no namespace, so they are not carried over with the app that answers. */
export const tenantWebhookFinding = ({ configuration, name, service }: Webhook): Finding =>
  warning(
    'webhook-stays',
    `${service?.namespace ?? ''}/${service?.name ?? ''}`,
    `it answers the webhook ${name} of ${configuration}, which is not carried over: on green it is never asked`,
    'put the configuration on green once the app answers there; or name the app in platformApps.waves',
  )
