import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api'
import type { ApplicationFailure } from '@temporalio/common'
import { askedToWait, failed, unreachable } from '../../activities/errors.ts'
import { isTimeout, spoken, whyNoAnswer } from '../words.ts'

/** Its own trouble, by https://docs.slack.dev/reference/methods/chat.postMessage#errors; everything else is ours. */
const passing: ReadonlySet<string> = new Set([
  'accesslimited',
  'fatal_error',
  'internal_error',
  'rate_limited',
  'ratelimited',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
])

const NOT_IN_IT = 'there is no such channel, or the app is not in it: invite it there (/invite), then it goes on'
const TOKEN =
  'NORIKAE_SLACK_TOKEN is not the token of an app that is installed: set the right one where the worker runs'

const remedies: Readonly<Record<string, string>> = {
  channel_not_found: NOT_IN_IT,
  not_in_channel: NOT_IN_IT,
  is_archived: 'the channel is archived: name another in the platform file, or unarchive it',
  account_inactive: TOKEN,
  invalid_auth: TOKEN,
  not_authed: TOKEN,
  token_expired: TOKEN,
  token_revoked: TOKEN,
}

/** Slack's errors as ours, in one line, without token and without what was sent. */
export function asOurs(error: unknown): ApplicationFailure {
  const refused = (why: string) => failed(`Slack refuses it: ${why}`)
  const away = (why: string) => unreachable(`Slack: ${why}`)
  if (error instanceof WebAPIRateLimitedError) return askedToWait('Slack: too many at once', error.retryAfter)
  if (error instanceof WebAPIHTTPError) {
    const why = `it answers with status ${error.statusCode}`
    return error.statusCode >= 500 || error.statusCode === 408 ? away(why) : refused(why)
  }
  if (error instanceof WebAPIPlatformError) {
    const { error: code, needed } = error.data as { readonly error: string; readonly needed?: string }
    // A page of somebody in between is no word of Slack's.
    if (!/^\w+$/.test(code)) return away(`it answers with no JSON: ${spoken(code)}`)
    if (passing.has(code)) return away(code)
    if (code === 'missing_scope')
      return refused(`missing_scope: the app needs ${needed ?? 'more scopes'}; add it, and install the app anew`)
    return refused(remedies[code] === undefined ? code : `${code}: ${remedies[code]}`)
  }
  const cause = error instanceof WebAPIRequestError ? error.original : error
  return away(isTimeout(cause) ? 'no answer in time' : whyNoAnswer(cause))
}
