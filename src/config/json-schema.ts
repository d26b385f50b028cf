import { writeFileSync } from 'node:fs'
import { z } from 'zod'
import { schema } from './schema.ts'

/**
 * The platform file's shape for editors, as `schema/platform.json` has it. After a change of the schema:
 *
 *     node src/config/json-schema.ts
 */
export function platformJsonSchema(): string {
  // Draft 7, because that is what editors' YAML support reads. The input's side: what has a default may be left out.
  const json = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' })
  return `${JSON.stringify(json, undefined, 2)}\n`
}

if (import.meta.main) writeFileSync(new URL('../../schema/platform.json', import.meta.url), platformJsonSchema())
