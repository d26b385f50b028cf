/** Parts of objects whose shape nobody has checked. */

export type Fields = Readonly<Record<string, unknown>>

export const record = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Of a list of maps. */
export const records = (value: unknown): readonly Fields[] => list(value).map(record)

export const texts = (value: unknown): readonly string[] => list(value).map(String)
