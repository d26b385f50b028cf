import { type Go, NOTHING_CHANGED, asking, because, changing } from './parts.ts'

/** What people order by themselves. */

export const rollback = (go: Go) =>
  asking('rollback')
    .description('take an app, or one environment of it, back to blue, with those that move with it')
    .argument('<app>')
    .argument('[environment]', 'default: all of them')
    .addOption(because(' (must be said)'))
    .action((app, environment, options) =>
      go(options, NOTHING_CHANGED, async () =>
        (await import('../commands/order.ts')).rollback(app, environment, options),
      ),
    )

export const abort = (go: Go) =>
  asking('abort')
    .description('take everything back: the apps, then green')
    .addOption(because(' (must be said)'))
    .action((options) =>
      go(options, NOTHING_CHANGED, async () => (await import('../commands/order.ts')).abort(options)),
    )

export const pauseOrResume = (go: Go, verb: 'pause' | 'resume', what: string) =>
  changing(verb)
    .description(what)
    .addOption(because(''))
    .action((options) =>
      go(options, NOTHING_CHANGED, async () => (await import('../commands/order.ts')).pauseOrResume(verb, options)),
    )

export const replan = (go: Go) =>
  asking('replan')
    .description('look for an app on blue again that was born, removed or changed since the upgrade was planned')
    .argument('<app>')
    .addOption(because(' (must be said)'))
    .action((app, options) =>
      go(options, NOTHING_CHANGED, async () => (await import('../commands/replan.ts')).replan(app, options)),
    )
