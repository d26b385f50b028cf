import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import type { SchemaName } from '../../src/client/json-schemas.ts'

const ajv = new Ajv({ allErrors: true, strict: true })
const path = (name: SchemaName) => new URL(`../../schema/${name}.json`, import.meta.url)

/** What the file in `schema/` says against this, after its way through JSON. */
export function problemsWith(name: SchemaName, data: unknown): string[] {
  const schema: object = JSON.parse(readFileSync(path(name), 'utf8'))
  const validate = ajv.getSchema(name) ?? ajv.addSchema(schema, name).getSchema(name)
  if (!validate) throw new Error(`no schema ${name}`)
  return validate(JSON.parse(JSON.stringify(data)))
    ? []
    : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message ?? ''} ${JSON.stringify(e.params)}`)
}
