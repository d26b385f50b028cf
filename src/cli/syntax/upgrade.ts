import { Option } from '@commander-js/extra-typings'
import { type Go, NOTHING_STARTED, asWho, file, onPlatform, plain, reading } from './parts.ts'

/** An upgrade, from its start to its report. */

export const start = (go: Go) =>
  reading('start')
    .description('show the plan, ask, and start the upgrade')
    .argument('[platform]', 'a platform whose file the worker has')
    .addOption(file())
    .requiredOption('--to <version>', "the Kubernetes version of green, like 1.36; blue's own: a refresh")
    .addOption(asWho())
    .option('--yes', 'do not ask first')
    .option('--watch', 'then watch it')
    .action((platform, options) =>
      go(options, NOTHING_STARTED, async () => (await import('../commands/start.ts')).start(platform, options)),
    )

export const watch = (go: Go) =>
  plain('watch')
    .description('one live view until the upgrade ends; a line per change without a terminal')
    .argument('[platform]', 'default: the only open upgrade')
    .addOption(onPlatform())
    .addOption(asWho())
    .addOption(
      new Option('-o, --output <shape>', 'json: an object per change')
        .choices(['table', 'json'] as const)
        .default('table' as const),
    )
    .option('--timeout <duration>', 'end with 5 when it is not over by then, like 30m')
    .option('--until-asked', 'end with 4 as soon as somebody (with --as: you) is asked')
    .action((platform, options) =>
      go(options, '', async () => (await import('../commands/watch.ts')).watch(platform, options)),
    )

export const status = (go: Go) =>
  reading('status')
    .description('where an upgrade stands; without a name: all upgrades and open gates')
    .argument('[platform]', 'default: all of them')
    .addOption(new Option('--platform <name>', 'which platform (default: all of them)'))
    .addOption(asWho())
    .action((platform, options) =>
      go(options, '', async () => (await import('../commands/status.ts')).status(platform, options)),
    )

export const where = (go: Go) =>
  reading('where')
    .description('to which cluster a pipeline deploys now; with -o name: a cluster a line')
    .argument('<app>', 'an app and its environment: chat-api/production')
    .argument('[environment]', 'the environment, where it is not said with the app')
    .addOption(new Option('--platform <name>', 'which platform (default: the only open upgrade, or the only platform)'))
    .action((app, environment, options) =>
      go(options, '', async () => (await import('../commands/where.ts')).where(app, environment, options)),
    )

export const requested = (go: Go) =>
  reading('requested')
    .description("what owners of others' roles, rules and tags are asked for, whole, to paste or to apply")
    .argument('[platform]', 'default: the only open upgrade')
    .addOption(file())
    .option('--out <folder>', "write each role's new trust policy there, a file each")
    .action((platform, options) =>
      go(options, '', async () => (await import('../commands/requested.ts')).requested(platform, options)),
    )

export const report = (go: Go) =>
  plain('report')
    .description('who decided what, what it took of people, what is left; after the end')
    .argument('[platform]', 'default: the upgrade that ended last')
    .addOption(new Option('--platform <name>', 'which platform (default: that of the upgrade that ended last)'))
    .addOption(
      new Option('-o, --output <shape>', 'Markdown or JSON').choices(['md', 'json'] as const).default('md' as const),
    )
    .action((platform, options) =>
      go(options, '', async () => (await import('../commands/report.ts')).report(platform, options)),
    )
