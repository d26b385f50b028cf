/** IAM's wildcards: `*` is any number of characters, `?` is one. */

export function like(pattern: string, value: string): boolean {
  const source = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*')
  return new RegExp(`^${source.replaceAll('?', '.')}$`, 's').test(value)
}

/**
 * Each of the six parts of an ARN by itself, so that no `*` reaches over a colon; only the last one has more of them.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function arnLike(pattern: string, arn: string): boolean {
  if (pattern === '*') return true
  const [wanted, is] = [partsOf(pattern), partsOf(arn)]
  return wanted.length === is.length && wanted.every((part, index) => like(part, is[index] ?? ''))
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':')
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(':')] : [])]
}
