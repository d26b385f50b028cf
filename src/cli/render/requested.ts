import { inShell } from '../../domain/in-shell.ts'
import { wholeOf } from '../../domain/readable.ts'
import { fileOfRole, isNothing, type RequestedChanges } from '../../domain/requested-changes.ts'
import { FILE, type RoleRequest } from '../../domain/role-requests.ts'
import { blank, cell, drawn, hanging, line, type Line, type Screen } from './lines.ts'
import { many } from './words.ts'

/** What others are asked for. What is pasted is never cut or broken: it is as long as it is. `folder`: where files were written. */
export function requested(it: RequestedChanges, screen: Screen, folder?: string): string {
  const { platform, blue, green, at, roles, others, unread = [], waits = [] } = it
  const whole = { ...screen, width: Infinity }
  return drawn(
    [
      [
        cell(platform, 'strong'),
        cell(`   ${blue} → ${green}   as of ${at.slice(0, 16).replace('T', ' ')} UTC`, 'faint'),
      ],
      ...roles.flatMap((role) => ofRole(role, screen, folder)),
      ...others.flatMap(({ about, step, commands }): Line[] => [
        blank,
        ...hanging('', about, screen.width, 'strong'),
        line(`  ${step} waits for it`, 'faint'),
        ...commands.map((command) => line(`  ${command}`)),
      ]),
      ...unread.flatMap((one) => [
        blank,
        ...hanging('! ', `not read, so nothing is said of it: ${one}`, screen.width, 'bad'),
      ]),
      blank,
      ...(isNothing(it)
        ? waits.length === 0
          ? [line('✔ nothing is asked of others: all of it lets in green', 'good')]
          : hanging(
              '! ',
              `nothing is asked of others by whose everything is now, and the upgrade waits by whose it was when it was planned: ${waits.join('; ')}. norikae status ${platform} says for what, and how to go on`,
              screen.width,
              'asks',
            )
        : [
            line(`${many(roles.length + others.length, 'change')} asked of others`, 'asks'),
            ...(roles.length > 0 && folder === undefined
              ? hanging(
                  '',
                  `each role's document as a file: ${wholeOf(platform)} --out <folder>`,
                  screen.width,
                  'faint',
                )
              : []),
            ...(roles.some(({ isWhole }) => isWhole)
              ? hanging(
                  '',
                  'a whole document is of that moment: ask again right before it is applied, or what was added since is lost',
                  screen.width,
                  'faint',
                )
              : []),
          ]),
    ],
    whole,
  )
}

function ofRole(it: RoleRequest, { width }: Screen, folder: string | undefined): Line[] {
  const { role, owner, by, missing, where, terraform, tooLong, commands, isWhole } = it
  const file = folder === undefined ? FILE : inShell(`${folder.replace(/\/+$/, '')}/${fileOfRole(it)}`)
  return [
    blank,
    [cell(`role ${role}`, 'strong'), cell(`   ${owner}`)],
    ...hanging('  ', `${by} get it`, width, 'faint'),
    ...(tooLong === undefined ? [] : hanging('  ✖ ', tooLong, width, 'bad')),
    ...hanging('  ', where, width),
    ...(missing.length > 0 ? [line('  to be added to Statement:', 'faint')] : []),
    ...missing.map((statement) => line(`    ${statement}`)),
    ...(terraform === undefined ? [] : terraform.split('\n').map((one) => line(`    ${one}`))),
    ...(folder === undefined || it.document === undefined
      ? []
      : [line(`  ${isWhole ? 'the whole document' : 'these statements'}: ${file}`, 'faint')]),
    ...(commands.length === 0 ? [] : [line('  by hand:', 'faint')]),
    ...commands.map((command) => line(`    ${command.replaceAll(FILE, () => file)}`)),
  ]
}
