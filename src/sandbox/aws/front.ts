/**
 * From a request to its answer: whose is it, which operation, does a fault stand in its way, what does it answer. Rejects
 * where no answer is to go out.
 */
import { randomUUID } from 'node:crypto'
import type { AwsIdentity } from '../types.ts'
import { accessDenied, authorize, type ByResource } from './authorization/authorize.ts'
import type { Needs } from './authorization/needs.ts'
import type { Need } from './authorization/policy.ts'
import { absent, unheardOf } from './bad-input.ts'
import type { Calls } from './calls.ts'
import { AwsError, NOT_SERVED, notServed } from './errors.ts'
import { expired, refusals, type AwsFaults } from './faults.ts'
import { LastAnswers } from './last-answers.ts'
import { Pages } from './pages.ts'
import * as json from './protocol/json.ts'
import { holdAnswer, holdRefusal, missing } from './protocol/contract.ts'
import { isJson, model, type JsonService, type Operation, type QueryService, type Service } from './protocol/model.ts'
import type { Caller, Operations } from './protocol/operations.ts'
import * as query from './protocol/query.ts'
import * as restJson from './protocol/rest-json.ts'
import * as restXml from './protocol/rest-xml.ts'
import type { Answer, Question } from './protocol/wire.ts'
import { isRead } from './rates.ts'
import { nobody, type Principals } from './principals.ts'
import { authenticate, credentialOf } from './signature.ts'
import { unsigned } from './sts.ts'

interface Behind {
  readonly principals: Principals
  readonly identity: AwsIdentity
  readonly faults: AwsFaults
  readonly calls: Calls
  readonly services: Readonly<Record<Service, Operations>>
  /** Of each operation that is served. */
  readonly needs: Readonly<Record<Service, Needs>>
  /** By policies of what is asked about: of keys. */
  readonly byResource: ByResource
}

export function answering({
  principals,
  identity,
  faults,
  calls,
  services,
  needs,
  byResource,
}: Behind): (question: Question) => Promise<Answer> {
  const pages = new Pages()
  const last = new LastAnswers()
  return async (question) => {
    const credential = credentialOf(question)
    if (!credential && !isUnsigned(question)) return restJson.encodeError(noCredential)
    const signedFor = credential && (scopes[credential.service] ?? credential.service)
    if (signedFor !== undefined && !isService(signedFor))
      return restJson.encodeError(notServed(`any operation of ${signedFor}`))
    const service = signedFor ?? 'sts'
    const asked = askedOf(service, question)
    const { name } = asked.operation
    const disturbed = faults.disturbances.of({ service, operation: name, headers: question.headers })
    let parameters: Record<string, unknown> = {}
    let refusal: AwsError | undefined
    let by: string | undefined
    let answer: Answer
    try {
      if (credential && identity.formerKeys.has(credential.accessKeyId)) throw expired(service)
      const principal = credential
        ? await authenticate(question, credential, principals.of(credential.accessKeyId))
        : nobody
      if (principal !== nobody) by = principal.sessionArn
      if (principal.expiresAt && principal.expiresAt.getTime() <= Date.now()) throw expired(service)
      parameters = asked.read()
      const fault = faults.take(service, name)
      if (fault) throw fault
      if (disturbed === 'forbidden')
        throw accessDenied(service, principal.sessionArn, { action: `${service}:${name}`, resource: '*' }, false)
      if (typeof disturbed === 'string' && disturbed !== 'lost') throw refusals[disturbed](service)
      const serve = Object.hasOwn(services[service], name) ? services[service][name] : undefined
      if (!serve) throw notServed(`${service}:${name}`)
      const strange = asked.unknown()
      if (strange !== undefined) throw unheardOf(service, strange)
      const lacks = missing(asked.operation.input, parameters)
      if (lacks !== undefined) throw absent(service, lacks)
      const need = needs[service][name]
      if (!need) throw new Error(`what IAM asks for ${service}:${name} is not said`)
      authorize(service, principal, (need as (input: unknown) => readonly Need[])(parameters), byResource)
      const opened = pages.open(service, name, parameters)
      const now = () => {
        // What this operation's model decoded is what the type of its function names.
        const byModel = serve as (input: unknown, caller: Caller) => object
        const result = held(service, () => byModel(opened, { ...principal, region: credential?.region }))
        holdAnswer(asked.operation, result)
        return asked.answer(pages.seal(service, name, parameters, result))
      }
      answer = faults.readsBehind && isRead(name) ? last.answer([service, name, parameters], now) : now()
    } catch (error) {
      refusal = error instanceof AwsError ? error : broken(error)
      answer = asked.refuse(refusal)
    }
    calls.record({
      at: new Date().toISOString(),
      service,
      operation: name,
      ...(credential && { region: credential.region }),
      ...(by !== undefined && { by }),
      status: answer.status,
      ...(refusal ? { error: refusal.code } : {}),
      // Whoever reads the record could act as its account.
      parameters: 'WebIdentityToken' in parameters ? { ...parameters, WebIdentityToken: '…' } : parameters,
    })
    if (typeof disturbed === 'object') await disturbed.late()
    if (disturbed === 'lost') throw new Error(`the answer of ${service}:${name} is lost`)
    return answer
  }
}

/** What a service answers, where AWS could refuse it as it does. */
function held(service: Service, serve: () => object): object {
  try {
    return serve()
  } catch (error) {
    if (error instanceof AwsError && error.code !== NOT_SERVED) holdRefusal(service, error)
    throw error
  }
}

/** A service that signs by another name than IAM knows it by. */
const scopes: Readonly<Record<string, Service>> = { monitoring: 'cloudwatch' }

const isService = (name: string): name is Service => Object.hasOwn(model, name)

/** Who asks so shows a token in place of a signature. */
const isUnsigned = (question: Question): boolean => unsigned.has(query.formOf(question).get('Action') ?? '')

const noCredential = new AwsError('MissingAuthenticationTokenException', 'The request carries no credential.', 403)

/** A mistake of the sandbox's own, and not to be retried: 501 stands for every end of it. */
const broken = (error: unknown) =>
  new AwsError('SandboxBroken', `the sandbox broke: ${error instanceof Error ? error.stack : String(error)}`, 501)

/** A request as its protocol has it. */
interface Asked {
  /** One that AWS does not have is named as it was asked for, and takes nothing. */
  readonly operation: Operation
  read(): Record<string, unknown>
  answer(result: object): Answer
  refuse(error: AwsError): Answer
  /** The first that it has and its operation does not take. */
  unknown(): string | undefined
}

const nothing = { kind: 'structure', members: [] } as const
const ofNoModel = (name: string): Operation => ({ name, input: nothing, output: nothing })

function askedOf(service: Service, question: Question): Asked {
  if (service === 'eks') return askedOfEks(question)
  if (service === 'route53') return askedOfRoute53(question)
  return isJson(service) ? askedOfJson(service, question) : askedOfQuery(service, question)
}

function askedOfJson(service: JsonService, question: Question): Asked {
  const name = json.nameIn(question)
  const operation = model[service].get(name) ?? ofNoModel(name)
  return {
    operation,
    read: () => json.decode(operation, question),
    answer: (result) => json.encode(operation, result),
    refuse: json.encodeError,
    unknown: () => json.unknownIn(operation, question),
  }
}

function askedOfEks(question: Question): Asked {
  const routed = restJson.route(question)
  const operation = routed?.operation ?? ofNoModel(`${question.method} ${question.path}`)
  return {
    operation,
    read: () => (routed ? restJson.decode(routed, question) : {}),
    answer: (result) => restJson.encode(operation.output, result),
    refuse: restJson.encodeError,
    unknown: () => restJson.unknownIn(operation, question),
  }
}

function askedOfRoute53(question: Question): Asked {
  const routed = restXml.route(question)
  const operation = routed?.operation ?? ofNoModel(`${question.method} ${question.path}`)
  const requestId = randomUUID()
  return {
    operation,
    read: () => (routed ? restXml.decode(routed, question) : {}),
    answer: (result) => restXml.encode(operation, result),
    refuse: (error) => restXml.encodeError(error, requestId),
    unknown: () => restXml.unknownIn(operation, question),
  }
}

function askedOfQuery(service: QueryService, question: Question): Asked {
  const form = query.formOf(question)
  const name = form.get('Action') ?? `${question.method} ${question.path}`
  const operation = model[service].get(name) ?? ofNoModel(name)
  const requestId = randomUUID()
  return {
    operation,
    read: () => query.decode(service, operation, form),
    answer: (result) => query.encode(service, operation, result, requestId),
    refuse: (error) => query.encodeError(service, error, requestId),
    unknown: () => query.unknownIn(service, operation, form),
  }
}
