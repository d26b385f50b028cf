import { Ajv, type ErrorObject } from 'ajv'
import { parse } from 'yaml'

/**
 * What EKS would refuse of a configuration, by the JSON Schema that it publishes for a version of an add-on; empty: nothing.
 * Undefined: the schema is none that can be used, and EKS itself has the first word when the add-on is installed.
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeAddonConfiguration.html
 */
export function schemaFaults(schema: string, configuration: string): readonly string[] | undefined {
  const validate = compiled(schema)
  if (!validate) return undefined
  const values = parsed(configuration)
  if (!values) return ['it is neither JSON nor YAML']
  return validate(values.are) ? [] : [...new Set((validate.errors ?? []).filter(isReason).map(inWords))]
}

/**
 * Schemas of add-ons are of several drafts, and say which; what they use of each is the same in all. Formats and keywords
 * that are nobody's are passed over, as EKS does.
 */
function compiled(schema: string) {
  try {
    const { $schema: _draft, ...rest } = JSON.parse(schema) as Readonly<Record<string, unknown>>
    return new Ajv({
      strict: false,
      validateFormats: false,
      validateSchema: false,
      allErrors: true,
      logger: false,
    }).compile(rest)
  } catch {
    return undefined
  }
}

/** An empty text is no settings. */
function parsed(configuration: string): { readonly are: unknown } | undefined {
  try {
    return { are: (parse(configuration) as unknown) ?? {} }
  } catch {
    return undefined
  }
}

/** Of one of several shapes, what each of them lacks says less than that none fits. */
const isReason = ({ schemaPath }: ErrorObject): boolean => !/\/(anyOf|oneOf)\/\d+\//.test(schemaPath)

/** `env.WARM_IP_TARGET must be string` */
function inWords({ instancePath, message = 'is not allowed', params }: ErrorObject): string {
  const at = instancePath.slice(1).replaceAll('/', '.') || 'it'
  const { additionalProperty, allowedValues } = params as { additionalProperty?: string; allowedValues?: unknown[] } // by keyword
  if (additionalProperty !== undefined)
    return `${at === 'it' ? '' : `${at}.`}${additionalProperty} is none of its settings`
  return `${at} ${message}${allowedValues ? ` (${allowedValues.join(', ')})` : ''}`
}
