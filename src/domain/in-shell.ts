import { clipped, UNSEEN } from './visible.ts'

const PLAIN = /^[\w@%+=:,./-]+$/

/** For single quotes of a shell. */
export const inQuotes = (text: string): string => text.replaceAll("'", String.raw`'\''`)

/**
 * As one word of a shell's command, whatever is in it: what others have written somewhere is pasted by people who may do much.
 * What nobody would see becomes `$'…'`, which bash, zsh and ksh know.
 */
export function inShell(text: string): string {
  if (PLAIN.test(text)) return text
  if (!UNSEEN.test(text)) return `'${inQuotes(text)}'`
  return `$'${clipped(text.replaceAll(/['\\]/g, String.raw`\$&`), Infinity)}'`
}
