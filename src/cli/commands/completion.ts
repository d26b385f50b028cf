import { readFile } from 'node:fs/promises'
import { exit } from '../exit-codes.ts'
import type { Shell } from '../completions.ts'
import { out } from '../terminal.ts'

const endings = { bash: 'bash', zsh: 'zsh', fish: 'fish', powershell: 'ps1' } as const satisfies Record<Shell, string>

/** The script that makes a shell ask `norikae complete`. */
export async function completion(shell: Shell): Promise<number> {
  out((await readFile(new URL(`../shells/norikae.${endings[shell]}`, import.meta.url), 'utf8')).trimEnd())
  return exit.done
}
