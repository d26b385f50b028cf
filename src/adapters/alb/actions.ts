import type { Action, ForwardActionConfig } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { RuleAction } from '../../domain/target-groups.ts'

type Forward = Extract<RuleAction, { type: 'forward' }>

/** A rule that forwards to one target group may name it beside `ForwardConfig` or instead of it; then its weight is 1. */
export function actionOf(told: Action): RuleAction {
  const order = told.Order === undefined ? {} : { order: told.Order }
  if (told.Type !== 'forward') return { type: 'other', ...order, raw: { ...told } }
  const { TargetGroups: groups = [], TargetGroupStickinessConfig: stickiness } = told.ForwardConfig ?? {}
  const alone = told.TargetGroupArn === undefined ? [] : [{ TargetGroupArn: told.TargetGroupArn, Weight: 1 }]
  const targetGroups = (groups.length > 0 ? groups : alone).map(({ TargetGroupArn: arn = '', Weight: weight = 1 }) => ({
    arn,
    weight,
  }))
  return { type: 'forward', ...order, targetGroups, ...(stickiness && { stickiness: stickinessOf(stickiness) }) }
}

export function toAction(action: RuleAction): Action {
  if (action.type === 'other') return keepingSecret(action.raw)
  return {
    Type: 'forward',
    ...(action.order !== undefined && { Order: action.order }),
    ForwardConfig: {
      TargetGroups: action.targetGroups.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight })),
      ...(action.stickiness && { TargetGroupStickinessConfig: toStickiness(action.stickiness) }),
    },
  }
}

/**
 * AWS never tells a client's secret, and takes an action without one only together with `UseExistingClientSecret`.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AuthenticateOidcActionConfig.html
 */
function keepingSecret(raw: Readonly<Record<string, unknown>>): Action {
  const action = raw as unknown as Action // `actionOf` made it from one
  const { AuthenticateOidcConfig: oidc } = action
  if (oidc === undefined || oidc.ClientSecret !== undefined) return action
  return { ...action, AuthenticateOidcConfig: { ...oidc, UseExistingClientSecret: true } }
}

type Stickiness = NonNullable<ForwardActionConfig['TargetGroupStickinessConfig']>

const stickinessOf = ({ Enabled: enabled = false, DurationSeconds: seconds }: Stickiness) => ({
  enabled,
  ...(seconds !== undefined && { seconds }),
})

const toStickiness = ({ enabled, seconds }: NonNullable<Forward['stickiness']>): Stickiness => ({
  Enabled: enabled,
  ...(seconds !== undefined && { DurationSeconds: seconds }),
})
