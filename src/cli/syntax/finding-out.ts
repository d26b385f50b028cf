import { Option } from '@commander-js/extra-typings'
import { type Go, file, onPlatform, reading } from './parts.ts'

/** What is so, and what it means. */

export const doctor = (go: Go) =>
  reading('doctor')
    .description('what works and what does not: Temporal, workers, AWS, clusters, metrics; changes nothing')
    .argument('[platform]', 'a platform whose file the worker has (default: the only open upgrade)')
    .addOption(file())
    .action((platform, options) =>
      go(options, '', async () => (await import('../commands/doctor.ts')).doctor(platform, options)),
    )

export const explain = (go: Go) =>
  reading('explain')
    .description(
      'what a field of the platform file means; with -f also what it is now, and where that comes from. explain health <app>: what the checks of an app would say now, and why',
    )
    .argument('[path]', 'a field, like teams.scala.approvers (default: the file as a whole); or health')
    .argument('[app]', 'after health: an app, or <app>/<environment>')
    .argument('[environment]', 'after an app: one of its environments (default: all)')
    .addOption(new Option('-f, --file <file>', 'the platform file; - is stdin'))
    .addOption(onPlatform())
    .action((path, app, environment, options) =>
      go(options, '', async () =>
        path === 'health' && app !== undefined
          ? (await import('../commands/explain-health.ts')).explainHealth(app, environment, options)
          : (await import('../commands/explain.ts')).explain(path, app, options),
      ),
    )
