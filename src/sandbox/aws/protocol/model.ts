/**
 * AWS's own model of its APIs, as the SDK's packages carry it: which operations there are, where each member of a
 * request travels, what is required, which HTTP status an error has. The protocols read and write by it, so that no
 * shape is written down twice.
 *
 * A schema is a tuple: a simple type is a number, a list or map of them has a bit set, a named shape is
 * `[kind, namespace, name, traits, members, their types, how many are required]`, reached through a function.
 */
import * as cloudtrail from '@aws-sdk/client-cloudtrail'
import * as cloudwatch from '@aws-sdk/client-cloudwatch'
import * as logs from '@aws-sdk/client-cloudwatch-logs'
import * as ec2 from '@aws-sdk/client-ec2'
import * as ecr from '@aws-sdk/client-ecr'
import * as eks from '@aws-sdk/client-eks'
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2'
import * as iam from '@aws-sdk/client-iam'
import * as kms from '@aws-sdk/client-kms'
import * as route53 from '@aws-sdk/client-route-53'
import * as quotas from '@aws-sdk/client-service-quotas'
import * as sts from '@aws-sdk/client-sts'

/** As requests in JSON have it. */
export type JsonService = 'cloudtrail' | 'cloudwatch' | 'ecr' | 'kms' | 'logs' | 'servicequotas'
export type QueryService = 'ec2' | 'elasticloadbalancing' | 'iam' | 'sts'
export type Service = JsonService | QueryService | 'eks' | 'route53'

export const isJson = (service: Service): service is JsonService => among(json, service)
export const isQuery = (service: Service): service is QueryService => among(query, service)

const json: readonly JsonService[] = ['cloudtrail', 'cloudwatch', 'ecr', 'kms', 'logs', 'servicequotas']
const query: readonly QueryService[] = ['ec2', 'elasticloadbalancing', 'iam', 'sts']
const among = (some: readonly Service[], service: Service): boolean => some.includes(service)

export type Shape =
  | { readonly kind: 'string' | 'number' | 'boolean' | 'timestamp' | 'document' }
  /** `item`: what XML calls each of its elements. */
  | { readonly kind: 'list'; readonly of: () => Shape; readonly item: string }
  | { readonly kind: 'map'; readonly of: () => Shape }
  | { readonly kind: 'structure'; readonly members: readonly Member[] }

export type Structure = Extract<Shape, { kind: 'structure' }>

export interface Member {
  readonly name: string
  readonly shape: () => Shape
  readonly required: boolean
  readonly in: 'path' | 'query' | 'body'
  /** What EC2's form calls it, and what XML does, where that is another name. */
  readonly inForm: string
  readonly inXml: string
  /** In an address. */
  readonly inQuery: string
}

export interface Operation {
  readonly name: string
  readonly input: Structure
  readonly output: Structure
  /** EKS and Route 53: `POST /clusters/{clusterName}/node-groups`. */
  readonly http?: { readonly method: string; readonly path: string }
}

const simple = {
  0: 'string',
  1: 'number',
  2: 'boolean',
  4: 'timestamp',
  5: 'timestamp',
  7: 'timestamp',
  15: 'document',
} as const
const list = 0b0100_0000
const map = 0b1000_0000
const kinds = { simple: 0, list: 1, map: 2, structure: 3, union: 4, operation: 9, error: -3 } as const
/** The bit of a member's traits that puts it into the path. */
const label = 1

const known = new Map<unknown, Shape>()

function shapeOf(ref: unknown): Shape {
  if (typeof ref === 'function') return shapeOf((ref as () => unknown)()) // schemas refer to each other by thunks
  if (typeof ref === 'number') {
    if (ref & list) return { kind: 'list', of: () => shapeOf(ref & ~list), item: 'member' }
    if (ref & map) return { kind: 'map', of: () => shapeOf(ref & ~map) }
    return { kind: simple[ref as keyof typeof simple] ?? 'document' }
  }
  if (!Array.isArray(ref)) return { kind: 'document' }
  const shape = known.get(ref) ?? named(ref)
  known.set(ref, shape)
  return shape
}

function named(schema: readonly unknown[]): Shape {
  const [kind, , , , first, second, required] = schema
  switch (kind) {
    case kinds.simple:
      return shapeOf(first)
    case kinds.list:
      return {
        kind: 'list',
        of: () => shapeOf(bare(first).ref),
        item: trait(bare(first).traits, 'xmlName') ?? 'member',
      }
    case kinds.map:
      return { kind: 'map', of: () => shapeOf(bare(second).ref) }
    case kinds.structure:
    case kinds.union:
      return { kind: 'structure', members: membersOf(first as string[], second as unknown[], Number(required ?? 0)) }
    default:
      return { kind: 'document' }
  }
}

/** The required members come first. */
const membersOf = (names: readonly string[], refs: readonly unknown[], required: number): Member[] =>
  names.map((name, index) => {
    const { ref, traits } = bare(refs[index])
    const travels = traits === label ? 'path' : trait(traits, 'httpQuery') !== undefined ? 'query' : 'body'
    const inXml = trait(traits, 'xmlName') ?? name
    return {
      name,
      shape: () => shapeOf(ref),
      required: index < required,
      in: travels,
      inXml,
      inQuery: trait(traits, 'httpQuery') ?? name,
      // https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html#query-key-resolution
      inForm: trait(traits, 'ec2QueryName') ?? `${inXml.charAt(0).toUpperCase()}${inXml.slice(1)}`,
    }
  })

/** A member's type is a reference, or a pair of a reference and its traits. */
const bare = (ref: unknown): { ref: unknown; traits: unknown } =>
  Array.isArray(ref) && typeof ref[1] !== 'string' ? { ref: ref[0], traits: ref[1] } : { ref, traits: 0 }

const trait = (traits: unknown, name: string): string | undefined =>
  typeof traits === 'object' && traits !== null && name in traits
    ? String((traits as Readonly<Record<string, unknown>>)[name])
    : undefined

/** An operation takes a structure, or nothing; and answers so. */
function structureOf(ref: unknown): Structure {
  const shape = shapeOf(ref)
  return shape.kind === 'structure' ? shape : { kind: 'structure', members: [] }
}

function operationsOf(module: object): ReadonlyMap<string, Operation> {
  const operations = new Map<string, Operation>()
  for (const schema of Object.values(module) as unknown[]) {
    if (!Array.isArray(schema) || schema[0] !== kinds.operation) continue
    const [, , name, traits, input, output] = schema as [
      number,
      string,
      string,
      { http?: string[] } | 0,
      unknown,
      unknown,
    ]
    const [method, path] = (traits === 0 ? undefined : traits.http) ?? []
    operations.set(name, {
      name,
      input: structureOf(input),
      output: structureOf(output),
      ...(method && path ? { http: { method, path } } : {}),
    })
  }
  return operations
}

const modules = {
  cloudtrail,
  cloudwatch,
  ec2,
  ecr,
  eks,
  elasticloadbalancing: elbv2,
  logs,
  kms,
  route53,
  servicequotas: quotas,
  iam,
  sts,
} as const satisfies Record<Service, object>

const ofEach = <T>(read: (module: object, service: Service) => T): Readonly<Record<Service, T>> =>
  Object.fromEntries(
    Object.entries(modules).map(([service, module]) => [service, read(module, service as Service)]), // the keys of `modules`
  ) as Record<Service, T>

export const model: Readonly<Record<Service, ReadonlyMap<string, Operation>>> = ofEach(operationsOf)

/** Which errors a service has in its model, by the code that goes over the wire, each with its HTTP status. EC2's has none. */
export const modelledErrors: Readonly<Record<Service, ReadonlyMap<string, number>>> = ofEach(errorsOf)

function errorsOf(module: object, service: Service): ReadonlyMap<string, number> {
  const errors = new Map<string, number>()
  for (const schema of Object.values(module) as unknown[]) {
    if (!Array.isArray(schema) || schema[0] !== kinds.error) continue
    const [, , name, traits] = schema as [number, string, string, ErrorTraits | 0]
    const { awsQueryError, error, httpError } = traits === 0 ? {} : traits
    const [code = name, status = httpError ?? (error === 'server' ? 500 : 400)] =
      isQuery(service) && awsQueryError ? awsQueryError : []
    errors.set(code, status)
  }
  return errors
}

interface ErrorTraits {
  readonly error?: 'client' | 'server'
  readonly httpError?: number
  /** What the Query protocol calls it. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsqueryerror-trait */
  readonly awsQueryError?: readonly [string, number]
}
