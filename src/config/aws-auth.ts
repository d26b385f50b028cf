import { parse } from 'yaml'
import { record, texts } from '../domain/fields.ts'
import type { AwsAuth, Mapped } from '../domain/aws-auth.ts'

/** `data` of the ConfigMap. What of it is no list of mappings is named, and nothing is guessed of it. Never throws. */
export function readAwsAuth(data: Readonly<Record<string, string>>): AwsAuth {
  const lists = Object.entries(data).map(([key, value]) => ({ key, mapped: mappedBy(key, value) }))
  return {
    mapped: lists.flatMap(({ mapped }) => mapped ?? []),
    unreadable: lists.filter(({ mapped }) => mapped === undefined).map(({ key }) => key),
  }
}

function mappedBy(key: string, value: string): readonly Mapped[] | undefined {
  let list: unknown
  try {
    list = parse(value)
  } catch {
    return undefined
  }
  if (list === null || list === undefined) return []
  if (!Array.isArray(list)) return undefined
  if (key === 'mapAccounts') return list.map((account) => ({ principal: String(account), groups: [] }))
  const by = key === 'mapRoles' ? 'rolearn' : key === 'mapUsers' ? 'userarn' : undefined
  if (by === undefined) return undefined
  const mapped = list
    .map(record)
    .flatMap(({ [by]: principal, username, groups }): Mapped[] =>
      typeof principal === 'string'
        ? [{ principal, ...(typeof username === 'string' && { username }), groups: texts(groups) }]
        : [],
    )
  return mapped.length === list.length ? mapped : undefined
}
