import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributePair } from '@temporalio/common'
import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow'
import type { SearchAttributeName } from '../domain/search-attributes.ts'

const keyword = (name: SearchAttributeName) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD)
const keywords = (name: SearchAttributeName) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD_LIST)

const keys = {
  platform: keyword('NorikaePlatform'),
  app: keyword('NorikaeApp'),
  team: keyword('NorikaeTeam'),
  phase: keywords('NorikaePhase'),
  waitingFor: keywords('NorikaeWaitingFor'),
} as const

export interface Tagged {
  readonly platform?: string
  readonly app?: string
  readonly team?: string
  readonly phase?: string[]
  readonly waitingFor?: string[]
}

export const pairsOf = ({ platform, app, team, phase, waitingFor }: Tagged): SearchAttributePair[] => [
  ...(platform === undefined ? [] : [{ key: keys.platform, value: platform }]),
  ...(app === undefined ? [] : [{ key: keys.app, value: app }]),
  ...(team === undefined ? [] : [{ key: keys.team, value: team }]),
  ...(phase === undefined ? [] : [{ key: keys.phase, value: phase }]),
  ...(waitingFor === undefined ? [] : [{ key: keys.waitingFor, value: waitingFor }]),
]

/** Each write is an event of the history: only what changed is written. */
export function tag(wanted: Tagged): void {
  const found = new Map(
    workflowInfo()
      .typedSearchAttributes.getAll()
      .map(({ key, value }) => [key.name, value]),
  )
  const changed = pairsOf(wanted).filter(
    ({ key, value }) => JSON.stringify(found.get(key.name) ?? []) !== JSON.stringify(value),
  )
  if (changed.length > 0) upsertSearchAttributes(changed)
}
