import { Command } from '@commander-js/extra-typings'
import { ownVersion } from '../client/own-version.ts'
import { type Go, noColour } from './syntax/parts.ts'
import { abort, pauseOrResume, replan, rollback } from './syntax/orders.ts'
import { answer, withdraw } from './syntax/answers.ts'
import { complete, completion, keys, sign, version } from './syntax/beside.ts'
import { doctor, explain } from './syntax/finding-out.ts'
import { init, next, plan, preflight, schedule, validate } from './syntax/before.ts'
import { report, requested, start, status, watch, where } from './syntax/upgrade.ts'
import { sandbox } from './syntax/sandbox.ts'

/** The commands and their options. What each does is loaded only when it is run: help and version know no Temporal. */

export function program(go: Go) {
  return (
    new Command('norikae')
      .description(
        'Moves a multi-tenant platform from one EKS cluster to the next, app by app, and can take every app back.',
      )
      .version(ownVersion(), '--version')
      .addOption(noColour())
      // The program takes it wherever it stands; commands read their own.
      .hook('preAction', (all, command) => {
        if (!all.opts().color) command.setOptionValue('color', false)
      })
      // Names alone: with their arguments there is no room for what they do on 80 columns.
      .configureHelp({ showGlobalOptions: true, subcommandTerm: (command) => command.name() })
      .addHelpText('after', ENDS)
      .commandsGroup('Before an upgrade:')
      .addCommand(init(go))
      .addCommand(validate(go))
      .addCommand(preflight(go))
      .addCommand(plan(go))
      .addCommand(next(go))
      .addCommand(schedule(go))
      .commandsGroup('An upgrade:')
      .addCommand(start(go))
      .addCommand(watch(go))
      .addCommand(status(go))
      .addCommand(where(go))
      .addCommand(requested(go))
      .addCommand(report(go))
      .commandsGroup('What people answer:')
      .addCommand(answer(go, 'approve', 'approve an open gate; without a name: list what is open for you'))
      .addCommand(answer(go, 'reject', 'reject an open gate; without a name: list what is open for you'))
      .addCommand(answer(go, 'retry', 'try again what failed; without a name: list what is open for you'))
      .addCommand(
        answer(go, 'skip', 'go on without what failed, or before its hours; without a name: list what is open for you'),
      )
      .addCommand(
        answer(
          go,
          'rerun',
          'end what still runs, and run it on the other side; without a name: list what is open for you',
        ),
      )
      .addCommand(withdraw(go))
      .commandsGroup('What people order:')
      .addCommand(rollback(go))
      .addCommand(abort(go))
      .addCommand(pauseOrResume(go, 'pause', 'begin nothing new'))
      .addCommand(pauseOrResume(go, 'resume', 'go on after a pause'))
      .addCommand(replan(go))
      .commandsGroup('To find out:')
      .addCommand(doctor(go))
      .addCommand(explain(go))
      .commandsGroup('Beside it:')
      .helpCommand('help [command]', 'display help for command')
      .addCommand(completion(go))
      .addCommand(complete(go), { hidden: true })
      .addCommand(keys(go))
      .addCommand(sign(go))
      .addCommand(sandbox(go))
      .addCommand(version(go))
  )
}

const ENDS = `
Exit codes: 0 done, 1 error, 2 bad input (or, with plan --exit-code, changes),
3 rolled back safely, 4 needs a person, 5 waiting timed out, 6 refused,
130 detached.
Temporal is found as the temporal command finds it: TEMPORAL_ADDRESS,
TEMPORAL_NAMESPACE, TEMPORAL_PROFILE.`
