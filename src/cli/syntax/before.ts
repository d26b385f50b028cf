import { Option } from '@commander-js/extra-typings'
import { type Go, NOTHING_CHANGED, NOTHING_STARTED, asWho, file, plain, reading } from './parts.ts'

/** What people do before an upgrade. */

export const validate = (go: Go) =>
  reading('validate')
    .description('check a platform file, with every problem and its place')
    .argument('<file>', 'the platform file; - is stdin')
    .action((path, options) =>
      go(options, NOTHING_STARTED, async () => (await import('../commands/validate.ts')).validate(path, options)),
    )

export const init = (go: Go) =>
  plain('init')
    .description('write a platform file from a living cluster, with every guess marked; changes nothing there')
    .argument('<cluster>', 'the EKS cluster that serves now')
    .addOption(new Option('--region <region>', 'where it is').env('AWS_REGION'))
    .option('--out <file>', 'write it there, where nothing is yet (default: stdout)')
    .action((cluster, options) =>
      go(options, 'nothing was written', async () => (await import('../commands/init.ts')).init(cluster, options)),
    )

export const plan = (go: Go) =>
  reading('plan')
    .description('show what an upgrade would do; changes nothing')
    .argument('[platform]', 'a platform whose file the worker has')
    .addOption(file())
    .requiredOption('--to <version>', "the Kubernetes version of green, like 1.36; blue's own: a refresh")
    .addOption(asWho())
    .option('--exit-code', 'end with 2 when there is something to do, 6 when something is in its way')
    .action((platform, options) =>
      go(options, NOTHING_STARTED, async () => (await import('../commands/plan.ts')).plan(platform, options)),
    )

export const preflight = (go: Go) =>
  reading('preflight')
    .description('what is in the way of an upgrade, by who has to act; ends with 6 where a blocker is; changes nothing')
    .argument('[platform]', 'a platform whose file the worker has')
    .addOption(file())
    .option('--to <version>', 'the Kubernetes version of green (default: what norikae next says, else the newest)')
    .addOption(asWho())
    .action((platform, options) =>
      go(options, NOTHING_STARTED, async () => (await import('../commands/preflight.ts')).preflight(platform, options)),
    )

export const next = (go: Go) =>
  reading('next')
    .description('what the schedule would do next, and why; changes nothing')
    .argument('[platform]', 'a platform whose file the worker has')
    .addOption(file())
    .action((platform, options) =>
      go(options, '', async () => (await import('../commands/next.ts')).next(platform, options)),
    )

export const schedule = (go: Go) => {
  const whose = ['[platform]', 'default: the only one with a schedule'] as const
  const changed = (name: string) => reading(name).addOption(asWho())
  const asked = (name: string) => changed(name).option('--yes', 'do not ask first')
  const load = () => import('../commands/schedule.ts')
  const note = () => new Option('--reason <text>', 'why; the schedule shows it')
  return plain('schedule')
    .description('let upgrades start by themselves, as the platform file says')
    .addCommand(
      asked('create')
        .description(
          'make the schedule, or make the one that is there like the platform file; shows its dates and asks',
        )
        .requiredOption('-f, --file <file>', 'the platform file; - is stdin')
        .action((options) => go(options, NOTHING_CHANGED, async () => (await load()).create(options))),
    )
    .addCommand(
      reading('show')
        .description('its next dates, what became of the last ones, and whether it is paused')
        .argument(...whose)
        .action((platform, options) => go(options, '', async () => (await load()).show(platform, options))),
    )
    .addCommand(
      changed('pause')
        .description('announce nothing more; what was announced already starts')
        .argument(...whose)
        .addOption(note())
        .action((platform, options) =>
          go(options, NOTHING_CHANGED, async () => (await load()).pauseOrResume('pause', platform, options)),
        ),
    )
    .addCommand(
      changed('resume')
        .description('go on after a pause')
        .argument(...whose)
        .addOption(note())
        .action((platform, options) =>
          go(options, NOTHING_CHANGED, async () => (await load()).pauseOrResume('resume', platform, options)),
        ),
    )
    .addCommand(
      asked('trigger')
        .description('decide and announce now, as if its day had come')
        .argument(...whose)
        .action((platform, options) =>
          go(options, NOTHING_CHANGED, async () => (await load()).trigger(platform, options)),
        ),
    )
    .addCommand(
      asked('delete')
        .description('let nothing start by itself any more; what has started goes on')
        .argument(...whose)
        .action((platform, options) =>
          go(options, NOTHING_CHANGED, async () => (await load()).remove(platform, options)),
        ),
    )
}
