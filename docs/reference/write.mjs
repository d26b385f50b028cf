// Writes the pages of the reference that are made from code: node docs/reference/write.mjs
import { writeFileSync } from 'node:fs'
import { commandLinePage } from '../../src/cli/pages/command-line.ts'
import { platformFilePage } from '../../src/cli/pages/platform-file.ts'

writeFileSync(new URL('platform-file.md', import.meta.url), platformFilePage())
writeFileSync(new URL('command-line.md', import.meta.url), commandLinePage())
