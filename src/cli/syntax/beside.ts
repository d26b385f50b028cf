import { Argument, Option } from '@commander-js/extra-typings'
import type { Signed } from '../../client/shapes.ts'
import { shellNames } from '../completions.ts'
import { type Go, NOTHING_CHANGED, asWho, because, notAfter, notBefore, plain, reading } from './parts.ts'

/** What is beside upgrades: shells, keys, versions. */

export const keys = (go: Go) =>
  reading('keys')
    .description('the key that you sign with, where the platform file says trust: signed (NORIKAE_KEY: its file)')
    .addArgument(new Argument('<what>', 'make one, or show its public part').choices(['create', 'show'] as const))
    .addOption(asWho())
    .action((what, options) =>
      go(options, NOTHING_CHANGED, async () => (await import('../commands/keys.ts')).keys(what, options)),
    )

/** Whatever people may say: one that is missing here does not compile. */
const signable = {
  approve: true,
  reject: true,
  retry: true,
  skip: true,
  rerun: true,
  withdraw: true,
  pause: true,
  resume: true,
  abort: true,
  rollback: true,
  replan: true,
  start: true,
} as const satisfies Record<Signed['message'], true>

export const sign = (go: Go) =>
  reading('sign')
    .description('prints a message, or the input of a start, with its proof, to paste into Temporal; asks no server')
    .addArgument(
      new Argument('<message>', 'what is said').choices(Object.keys(signable) as readonly Signed['message'][]),
    )
    .requiredOption('--workflow <id>', 'the workflow that it is sent to')
    .option('--run <id>', 'its run; this and the rest are in its current details (not with start)')
    .option('--to <version>', 'with start: what it is upgraded to, like 1.36')
    .addOption(new Option('-f, --file <file>', 'with start: the platform file that is sent along'))
    .option('--gate <ids...>', 'the gates that are answered')
    .option('--plan <digests...>', 'the plans that these gates are of')
    .option('--audience <name>', 'with a token (trust: oidc), for whom')
    .addOption(asWho())
    .option('--comment <text>', 'why; it is in the report')
    .option('--typed <name>', 'what is lost for good, by name')
    .addOption(because(''))
    .option('--environment <name>', 'with rollback: only this one')
    .option('--app <name>', 'with replan: which')
    .addOption(notBefore())
    .addOption(notAfter())
    .option('--for <duration>', 'how long it may be sent, 7d at most', '1h')
    .action((message, options) =>
      go(options, NOTHING_CHANGED, async () => (await import('../commands/sign.ts')).sign(message, options)),
    )

export const completion = (go: Go) =>
  plain('completion')
    .description('print the script that completes norikae in your shell')
    .addArgument(new Argument('<shell>', 'which').choices(shellNames))
    .addHelpText('after', COMPLETES)
    .action((shell, options) =>
      go(options, '', async () => (await import('../commands/completion.ts')).completion(shell)),
    )

const COMPLETES = `
bash, in ~/.bashrc:
  source <(norikae completion bash)
zsh, in ~/.zshrc, after compinit:
  source <(norikae completion zsh)
fish, in ~/.config/fish/config.fish:
  norikae completion fish | source
powershell, in $PROFILE:
  norikae completion powershell | Out-String | Invoke-Expression`

/** What those scripts ask. */
export const complete = (go: Go) =>
  plain('complete')
    .argument('[words...]', 'what is typed after norikae; the last of them is being typed')
    .option('--next', 'an empty word is being typed after them')
    .action((words, options, command) =>
      go(options, '', async () => {
        const { verbsOf } = await import('../verbs.ts')
        const typed = options.next ? [...words, ''] : words
        return (await import('../commands/complete.ts')).complete(verbsOf(command.parent), typed)
      }),
    )

export const version = (go: Go) =>
  reading('version')
    .description('print the version')
    .action((options) => go(options, '', async () => (await import('../commands/version.ts')).version(options)))
