import type { Shape } from './model.ts'

/** One element by the model's shape, as the Query protocol writes it; nothing for a value that is absent. */
export function element(name: string, shape: Shape, value: unknown): string {
  return value === undefined || value === null ? '' : tag(name, content(shape, value))
}

export const tag = (name: string, inner: string): string => `<${name}>${inner}</${name}>`

export const escape = (text: string): string => text.replaceAll(/[&<>"]/g, (c) => entities[c as keyof typeof entities]) // the pattern names the table's keys

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' } as const

/** What is in it. */
export function content(shape: Shape, value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  switch (shape.kind) {
    case 'list':
      return (value as unknown[]).map((item) => element(shape.item, shape.of(), item)).join('')
    case 'map':
      return Object.entries(value as object)
        .map(([key, item]) => tag('entry', tag('key', escape(key)) + element('value', shape.of(), item)))
        .join('')
    case 'structure': {
      const from = value as Readonly<Record<string, unknown>> // a structure is an object
      return shape.members.map((member) => element(member.inXml, member.shape(), from[member.name])).join('')
    }
    default:
      return escape(String(value))
  }
}
