// Writes the JSON Schemas of what norikae prints and sends: node schema/write.mjs
import { writeFileSync } from 'node:fs'
import { files, jsonSchema } from '../src/client/json-schemas.ts'

for (const name of Object.keys(files)) writeFileSync(new URL(`${name}.json`, import.meta.url), jsonSchema(name))
