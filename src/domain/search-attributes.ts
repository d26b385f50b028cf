/** By which people find upgrades and cutovers in Temporal's lists, with the types that Temporal calls them by. */
export const searchAttributes = {
  NorikaePlatform: 'Keyword',
  NorikaeApp: 'Keyword',
  NorikaeTeam: 'Keyword',
  NorikaePhase: 'KeywordList',
  NorikaeWaitingFor: 'KeywordList',
} as const

export type SearchAttributeName = keyof typeof searchAttributes

/** What makes them, where the worker may not. */
export const commandToMake = (names: readonly SearchAttributeName[], namespace: string): string =>
  `temporal operator search-attribute create --namespace ${namespace} ${names.map((n) => `--name ${n} --type ${searchAttributes[n]}`).join(' ')}`
