import { Option } from '@commander-js/extra-typings'
import { BadInput } from '../../client/problems.ts'
import type { Answer } from '../../domain/gates.ts'
import { type Go, NOTHING_CHANGED, asking, notAfter, notBefore } from './parts.ts'

/** What people answer where they are asked. */

const TYPED: Readonly<Partial<Record<Answer, string>>> = {
  approve: 'what is lost for good, by name: blue, or a workload that goes back without what it wrote',
  skip: 'to give up what a buffer still holds, or not to wait for what is in flight: the name of its workload',
}

export const answer = (go: Go, verb: Answer, what: string) => {
  const typed = new Option('--typed <name>', TYPED[verb] ?? 'needed by no such answer').hideHelp(!(verb in TYPED))
  const command = asking(verb)
    .description(what)
    .argument('[name]', 'an app; or start, decommission, or upgrade for its own gates; or a gate id')
    .argument('[environment]')
    .option('--comment <text>', 'why; it is in the report')
    .addOption(typed)
  if (verb !== 'approve')
    return command.action((name, environment, options) =>
      go(options, NOTHING_CHANGED, async () =>
        (await import('../commands/answer.ts')).answer(verb, name, environment, options),
      ),
    )
  return command
    .option('--all', 'every open gate that waits for you; one message a workflow')
    .option('--ahead', 'of an app, or upgrade: also the gates that are planned and not open yet')
    .addOption(notBefore())
    .addOption(notAfter())
    .action((name, environment, { all, ahead, ...options }) =>
      go(options, NOTHING_CHANGED, async () => {
        if (!all && !ahead) return (await import('../commands/answer.ts')).answer(verb, name, environment, options)
        const several = await import('../commands/several.ts')
        if (all && (ahead || name !== undefined))
          throw new BadInput('--all is of every gate: leave the name and --ahead out')
        if (all) return several.approveAll(options)
        if (name === undefined) throw new BadInput('say of which app: norikae approve <app> --ahead, or upgrade')
        return several.approveAhead(name, environment, options)
      }),
    )
}

export const withdraw = (go: Go) =>
  asking('withdraw')
    .description('take back what was approved for an app, or upgrade, and has not been used')
    .argument('<name>', 'an app; or upgrade for its own gates')
    .argument('[environment]')
    .option('--comment <text>', 'why; it is in the report')
    .action((name, environment, options) =>
      go(options, NOTHING_CHANGED, async () =>
        (await import('../commands/several.ts')).withdraw(name, environment, options),
      ),
    )
