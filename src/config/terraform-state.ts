import { parseDocument } from 'yaml'
import { keyOf, toldByArn, type Stated } from '../domain/terraform-states.ts'
import { get, isMapping, isText, list, type Mapping } from './find.ts'
import { linesOf, positionsOf } from './positions.ts'
import { flaw, type Flaw, type Path, type Problem } from './problem.ts'
import { pathText, presentable } from './words.ts'

/** Of a cluster with a hundred node groups and a thousand roles it is a tenth. */
const MAX_BYTES = 32 * 1024 * 1024
/** One mistake makes many; the first of them help. */
const SHOWN = 20

const PULL = 'put there what terraform state pull (tofu state pull) writes'

export type StateReading =
  | { readonly ok: true; readonly stated: readonly Stated[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/**
 * What a state file of Terraform or OpenTofu names, of version 4:
 * https://github.com/hashicorp/terraform/blob/v1.13.0/internal/states/statefile/version4.go. Nothing of its values gets
 * out, neither what was read nor in a problem: a state may hold secrets. Asks nothing of the outside; never throws.
 */
export function readState(text: string, name: string): StateReading {
  const { flaws, stated } = reading(text)
  return flaws.length === 0 ? { ok: true, stated } : { ok: false, problems: placed(flaws.slice(0, SHOWN), text, name) }
}

interface Found {
  readonly flaws: readonly Flaw[]
  readonly stated: readonly Stated[]
}
const wrong = (...flaws: readonly Flaw[]): Found => ({ flaws, stated: [] })

function reading(text: string): Found {
  if (Buffer.byteLength(text) > MAX_BYTES)
    return wrong(flaw([], `has more than ${MAX_BYTES / 1024 / 1024} MiB; keep of it what Norikae reads`))
  const state = parsed(text)
  if (!isMapping(state)) return wrong(flaw([], `is no JSON of a state; ${PULL}`))
  const other = otherKind(state)
  if (other) return wrong(other)
  const found = list(get(state, 'resources')).map((resource, i) => resourceOf(resource, ['resources', i]))
  return { flaws: found.flatMap((one) => one.flaws), stated: found.flatMap((one) => one.stated) }
}

/** What the parser says repeats what it read. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What else is called a state. */
function otherKind(state: Mapping): Flaw | undefined {
  if (get(state, 'encrypted_data') !== undefined)
    return flaw(['encrypted_data'], 'is encrypted by OpenTofu; put there what tofu state pull writes')
  if (get(state, 'format_version') !== undefined)
    return flaw(['format_version'], `is what terraform show says, and no state; ${PULL}`)
  const version = get(state, 'version')
  if (version === undefined) return flaw([], `has no version, and is no state; ${PULL}`)
  if (version !== 4)
    return flaw(['version'], 'is not 4, which Terraform 0.12 and later write; apply it with one of them')
  return Array.isArray(get(state, 'resources')) ? undefined : flaw([], `has no list of resources; ${PULL}`)
}

function resourceOf(resource: unknown, path: Path): Found {
  // Who keeps less of a state than all writes null for what is not there.
  const [mode, type, name, module] = ['mode', 'type', 'name', 'module'].map((key) => get(resource, key) ?? undefined)
  const lacking = ['mode', 'type', 'name', 'instances'].filter((key) => (get(resource, key) ?? undefined) === undefined)
  if (lacking.length > 0) return wrong(flaw(path, `has no ${lacking.join(', ')}; keep them`))
  if (!isText(type) || !isText(name) || !(module === undefined || isText(module)))
    return wrong(flaw(path, 'has a type, name or module that is no text'))
  // What it only reads is others'.
  if (mode !== 'managed') return wrong()
  const whole = `${module === undefined ? '' : `${module}.`}${type}.${name}`
  const found = list(get(resource, 'instances')).map((instance, i) =>
    instanceOf(instance, type, whole, [...path, 'instances', i]),
  )
  return { flaws: found.flatMap((one) => one.flaws), stated: found.flatMap((one) => one.stated) }
}

function instanceOf(instance: unknown, type: string, whole: string, path: Path): Found {
  const index = get(instance, 'index_key')
  const address = isText(index)
    ? `${whole}[${quoted(index)}]`
    : typeof index === 'number'
      ? `${whole}[${index}]`
      : whole
  const attributes = get(instance, 'attributes')
  const arn = get(attributes, 'arn')
  const key =
    isText(arn) && arn.startsWith('arn:')
      ? keyOf(arn)
      : type === 'aws_route53_record'
        ? recordKey(attributes)
        : undefined
  if (key !== undefined) return { flaws: [], stated: [{ address, key }] }
  return toldByArn.has(type)
    ? wrong(flaw(path, `${address} has no arn among its attributes; keep id and arn of each`))
    : wrong()
}

/** Its id has the name as it was written, which may leave out that of its zone. */
function recordKey(attributes: unknown): string | undefined {
  const [zone, fqdn, type, id] = ['zone_id', 'fqdn', 'type', 'id'].map((key) => get(attributes, key))
  if (isText(zone) && isText(fqdn) && isText(type)) return `${zone}_${fqdn.replace(/\.$/, '').toLowerCase()}_${type}`
  return isText(id) ? id : undefined
}

/** https://developer.hashicorp.com/terraform/cli/state/resource-addressing */
const quoted = (key: string): string => JSON.stringify(key).replaceAll(/[$%](?=\{)/g, '$&$&')

/** Its parser takes ten seconds for a MiB or two, in which a worker does nothing else; a path tells the place too. */
const MAX_PLACED = 1024 * 1024

/** JSON is YAML, as far as places go; it is read so only where something is wrong, and never where it is large. */
function placed(flaws: readonly Flaw[], text: string, file: string): Problem[] {
  if (text.length > MAX_PLACED)
    return flaws.map(({ code, path, message }) => ({
      code,
      file,
      line: 1,
      column: 1,
      path: pathText(path),
      message: presentable(message),
    }))
  const lines = linesOf(text)
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false, logLevel: 'error' })
  const positions = positionsOf(document, lines)
  const broken = document.errors[0]?.pos[0]
  return flaws.map(({ code, path, message }) => ({
    code,
    file,
    ...positions.place(path.length === 0 && broken !== undefined ? broken : positions.offset(path)),
    path: pathText(path),
    message: presentable(message),
  }))
}
