import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type {
  CreateLaunchTemplateRequest,
  CreateLaunchTemplateResult,
  DeleteLaunchTemplateRequest,
  DeleteLaunchTemplateResult,
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplatesResult,
  DescribeLaunchTemplateVersionsRequest,
  DescribeLaunchTemplateVersionsResult,
  LaunchTemplate,
  RequestLaunchTemplateData,
  ResponseLaunchTemplateData,
} from '@aws-sdk/client-ec2'
import type { SeedTemplate } from '../../types.ts'
import { AwsError } from '../errors.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'
import { passes, specifiedTags, told } from './tags.ts'

/** A template with its only version: no operation that makes another one is served. */
export interface Template {
  readonly id: string
  readonly name: string
  readonly createdAt: Date
  readonly data: Readonly<RequestLaunchTemplateData>
  readonly tags: ReadonlyMap<string, string>
  /** The request that made it, by its token. */
  readonly asked: { readonly token?: string; readonly parameters: object }
}

export type Templates = Map<string, Template>

export const launchTemplateOperations = (templates: Templates) =>
  ({
    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html */
    CreateLaunchTemplate: (({ ClientToken, ...parameters }) => {
      const { LaunchTemplateName: name, LaunchTemplateData: data, TagSpecifications = [] } = parameters
      const before = [...templates.values()].find((t) => t.asked.token !== undefined && t.asked.token === ClientToken)
      if (before && !isDeepStrictEqual(before.asked.parameters, parameters))
        throw new AwsError('IdempotentParameterMismatch', 'The client token was used with other parameters before.')
      if (before) return { LaunchTemplate: described(before) }
      if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name))
        throw new AwsError('InvalidLaunchTemplateName.MalformedException', `The name '${name}' is not valid.`)
      if ([...templates.values()].some((t) => t.name === name))
        throw new AwsError('InvalidLaunchTemplateName.AlreadyExistsException', 'Launch template name already in use.')
      if (data.UserData !== undefined && !/^[A-Za-z0-9+/]*={0,2}$/.test(data.UserData))
        throw new AwsError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.')
      const made = newTemplate(
        templates,
        { name, data, tags: Object.fromEntries(specifiedTags(TagSpecifications, 'launch-template')) },
        { ...(ClientToken !== undefined && { token: ClientToken }), parameters },
      )
      return { LaunchTemplate: described(made) }
    }) satisfies Serve<CreateLaunchTemplateRequest, CreateLaunchTemplateResult>,

    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplates.html */
    DescribeLaunchTemplates: (({
      LaunchTemplateIds = [],
      LaunchTemplateNames = [],
      Filters = [],
      NextToken,
      MaxResults,
    }) => {
      const asked = [
        ...LaunchTemplateIds.map((id) => named(templates, { id })),
        ...LaunchTemplateNames.map((name) => named(templates, { name })),
      ]
      const matching = (asked.length > 0 ? asked : [...templates.values()]).filter(({ tags }) =>
        Filters.every((f) => passes('DescribeLaunchTemplates', f, tags, {})),
      )
      const { items, next } = page(matching, NextToken, MaxResults, 200)
      return { LaunchTemplates: items.map(described), NextToken: next }
    }) satisfies Serve<DescribeLaunchTemplatesRequest, DescribeLaunchTemplatesResult>,

    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html */
    DescribeLaunchTemplateVersions: (({ LaunchTemplateId: id, LaunchTemplateName: name, Versions = [] }) => {
      const { data, ...found } = named(templates, { ...(id && { id }), ...(name && { name }) })
      const lost = Versions.find((version) => !['1', '$Latest', '$Default'].includes(version))
      if (lost !== undefined)
        throw new AwsError(
          'InvalidLaunchTemplateId.VersionNotFound',
          `Could not find launch template version ${lost} of ${found.id}`,
        )
      const LaunchTemplateData = data as ResponseLaunchTemplateData // it is told as it was asked for
      return {
        LaunchTemplateVersions: [
          {
            LaunchTemplateId: found.id,
            LaunchTemplateName: found.name,
            VersionNumber: 1,
            DefaultVersion: true,
            CreateTime: found.createdAt,
            LaunchTemplateData,
          },
        ],
      }
    }) satisfies Serve<DescribeLaunchTemplateVersionsRequest, DescribeLaunchTemplateVersionsResult>,

    DeleteLaunchTemplate: (({ LaunchTemplateId: id, LaunchTemplateName: name }) => {
      const found = named(templates, { ...(id && { id }), ...(name && { name }) })
      templates.delete(found.id)
      return { LaunchTemplate: described(found) }
    }) satisfies Serve<DeleteLaunchTemplateRequest, DeleteLaunchTemplateResult>,
  }) satisfies Operations

export function newTemplate(
  templates: Templates,
  { name, data, tags }: SeedTemplate,
  asked: Template['asked'] = { parameters: {} },
): Template {
  const id = `lt-0${randomBytes(8).toString('hex')}`
  const made: Template = { id, name, createdAt: new Date(), data, tags: new Map(Object.entries(tags)), asked }
  templates.set(id, made)
  return made
}

export function named(templates: Templates, { id, name }: { readonly id?: string; readonly name?: string }): Template {
  const found = [...templates.values()].find((t) => (id === undefined ? t.name === name : t.id === id))
  if (found) return found
  throw id === undefined
    ? new AwsError(
        'InvalidLaunchTemplateName.NotFoundException',
        `The specified launch template, with name ${name}, does not exist.`,
      )
    : new AwsError(
        'InvalidLaunchTemplateId.NotFound',
        `The specified launch template, with template ID ${id}, does not exist.`,
      )
}

const described = ({ id, name, createdAt, tags }: Template): LaunchTemplate => ({
  LaunchTemplateId: id,
  LaunchTemplateName: name,
  CreateTime: createdAt,
  DefaultVersionNumber: 1,
  LatestVersionNumber: 1,
  Tags: told(tags),
})
