/** What may be said in an error: others' words without their secrets, and without a page of HTML. */

const LONGEST = 500

const secrets: readonly RegExp[] = [
  /(X-Amz-(?:Security-Token|Signature|Credential)=)[^\s&"']+/gi,
  /(\b(?:Signature|Credential|SecretAccessKey|SessionToken)=)[^\s&,"']+/gi,
  /(\b(?:Authorization|X-Amz-Security-Token|Cookie|Set-Cookie)\s*:\s*).+/gi,
  /(\bBearer\s+)[^\s"']+/gi,
  /(\bk8s-aws-v1\.)[\w-]+/gi,
]

/** Another system's message in one line, with anything that opens a door left out. */
export function spoken(text: string): string {
  const kept = secrets
    .reduce((words, secret) => words.replace(secret, '$1…'), text.trim())
    .replaceAll(/\s*\r?\n\s*/g, ' ')
  return kept.length > LONGEST ? `${kept.slice(0, LONGEST)}…` : kept
}

/** What went wrong below HTTP, in one line: the innermost cause says it best (`fetch failed` says nothing). */
export function whyNoAnswer(error: unknown): string {
  if (!(error instanceof Error)) return spoken(String(error))
  if (error.cause instanceof Error) return whyNoAnswer(error.cause)
  if (error instanceof AggregateError && error.errors.length > 0) return whyNoAnswer(error.errors[0])
  return spoken(error.message || codeOf(error) || error.name)
}

/** `ECONNREFUSED`, `CERT_HAS_EXPIRED`, …: of the innermost cause that has one. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const inner = codeOf(error.cause)
  if (inner !== undefined) return inner
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** An `AbortSignal` ran out, here or inside of a library. */
export const isTimeout = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError' || isTimeout(error.cause))
