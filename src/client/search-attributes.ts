import type { Connection } from '@temporalio/client'
import { commandToMake, searchAttributes, type SearchAttributeName } from '../domain/search-attributes.ts'

// temporal/api/enums/v1/common.proto, IndexedValueType
const valueType = { Keyword: 2, KeywordList: 7 } as const

type Operator = Pick<Connection, 'operatorService'>

/**
 * Makes the search attributes that the namespace lacks. Safe to repeat. Throws an error whose message is for people,
 * with the command that makes them, where this connection may not.
 */
export async function makeSearchAttributes({ operatorService }: Operator, namespace: string): Promise<void> {
  const names = Object.keys(searchAttributes) as SearchAttributeName[]
  const there = async () => {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace })
    return names.filter((name) => !Object.hasOwn(customAttributes ?? {}, name))
  }
  let missing = names
  try {
    missing = await there()
    if (missing.length === 0) return
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, valueType[searchAttributes[name]]])),
    })
  } catch (error) {
    // Another worker may have made them in the same moment.
    const left = await there().catch(() => missing)
    if (left.length === 0) return
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(
      `namespace ${namespace} lacks the search attributes ${left.join(', ')}, and they could not be made (${why}). Make them, then start again:\n  ${commandToMake(left, namespace)}`,
      { cause: error },
    )
  }
}
