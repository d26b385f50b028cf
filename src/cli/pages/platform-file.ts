import { explain, inline, type FieldSummary } from '../../config/explain.ts'
import { anchorOf, code, inTable, table } from './markdown.ts'

/** docs/reference/platform-file.md: all that `norikae explain` says, a section for each mapping. From the schema alone. */
export function platformFilePage(): string {
  const sections: string[] = []
  const waiting = ['']
  for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
    sections.push(section(at))
    waiting.unshift(...explain(at).fields.flatMap((f) => sectionOf(below(at, f.name)) ?? []))
  }
  return `${[HEAD, ...sections].join('\n\n')}\n`
}

function section(at: string): string {
  const { fields, means } = explain(at)
  const rows = table(
    ['field', 'is', 'means', 'default'],
    fields.map((f) => row(at, f)),
  )
  return at === '' ? rows : [`## ${code(titleOf(at))}`, inTable(means), rows].join('\n\n')
}

const HEAD = `# The platform file

<!-- Written by \`npm run schema\`. -->

One YAML file for each platform, \`platforms/<platform>.yaml\`. Apps, their environments, routes and most classes are [found on blue](../explanation/architecture.md#what-is-found-and-what-is-written); only exceptions are written. Copy [examples/chatwork-prod.yaml](../../examples/chatwork-prod.yaml), which says why of each key, and check it:

\`\`\`sh
norikae validate platforms/<platform>.yaml
norikae explain soak -f platforms/<platform>.yaml
\`\`\`

\`norikae explain\` says all of this page in the terminal, and with \`-f\` what a field is now and where that comes from. Editors complete by [schema/platform.json](../../schema/platform.json): put \`# yaml-language-server: $schema=<path>/schema/platform.json\` on the first line. A mistake is told with its line and what to write instead, all of them at once. Durations are written \`60s\`, \`1m30s\`, \`7d\`. Names that you choose stand in angle brackets.`

const below = (at: string, name: string): string => (at === '' ? name : `${at}.${name}`)

/** Where what is in it is told: of a list what one of it has, of a mapping by name what each has. */
function sectionOf(path: string): string | undefined {
  const { fields, type } = explain(path)
  if (type.startsWith('list of mapping')) return `${path}[0]`
  const [only] = fields
  if (fields.length !== 1 || only?.name !== '<name>') return fields.length === 0 ? undefined : path
  const each = below(path, only.name)
  return explain(each).fields.length === 0 ? undefined : each
}

const titleOf = (path: string): string => path.replaceAll('[0]', '[]')

function row(at: string, { name, type, needed, classes, means }: FieldSummary): string[] {
  const path = below(at, name)
  const inner = sectionOf(path)
  const it = explain(path)
  const each = it.fields.find((f) => f.name === '<name>')
  return [
    inner === undefined ? code(name) : `[${code(name)}](#${anchorOf(titleOf(inner))})`,
    [
      inTable(inner === undefined && each ? `${type}, each ${each.type}` : type),
      ...(needed ? ['**must be there**'] : []),
      ...(classes ? [`with ${code(`handover: ${classes.join(' or ')}`)}`] : []),
    ].join('; '),
    inTable(means),
    it.default === undefined ? '' : code(inline(it.default)),
  ]
}
