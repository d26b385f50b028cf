import { Argument, Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { BadInput } from '../client/problems.ts'
import type { Answer } from '../domain/gates.ts'
import type { Signed } from '../client/shapes.ts'
import { shellNames } from './completions.ts'
import { shapes } from './output.ts'
import { ownVersion } from '../client/own-version.ts'

/** The commands and their options. What each does is loaded only when it is run: help and version know no Temporal. */

/** `nothing`: the last line where a command did not do it. */
export type Go = (
  options: { readonly output?: string; readonly color: boolean },
  nothing: string,
  work: () => Promise<number>,
) => Promise<void>

const NOTHING_STARTED = 'nothing was started'
const NOTHING_CHANGED = 'nothing was changed'

const noColour = () => new Option('--no-color', 'no colour, as with NO_COLOR')
const plain = (name: string) => new Command(name).addOption(noColour())
const reading = (name: string) =>
  plain(name).addOption(
    new Option('-o, --output <shape>', 'how data is printed').choices(shapes).default('table' as const),
  )
const asWho = () => new Option('--as <you>', 'who you are, as the platform file lists you').env('NORIKAE_AS')
const onPlatform = () => new Option('--platform <name>', 'which platform (default: the only open upgrade)')
const file = () => new Option('-f, --file <file>', "the platform file; - is stdin (default: the worker's own)")

/** Those that change something. */
const changing = (name: string) => reading(name).addOption(asWho()).addOption(onPlatform())
const asking = (name: string) => changing(name).option('--yes', 'do not ask first')
const because = (must: string) => new Option('--reason <text>', `why${must}; it is in the report`)

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

const validate = (go: Go) =>
  reading('validate')
    .description('check a platform file, with every problem and its place')
    .argument('<file>', 'the platform file; - is stdin')
    .action((path, options) =>
      go(options, NOTHING_STARTED, async () => (await import('./commands/validate.ts')).validate(path, options)),
    )

const init = (go: Go) =>
  plain('init')
    .description('write a platform file from a living cluster, with every guess marked; changes nothing there')
    .argument('<cluster>', 'the EKS cluster that serves now')
    .addOption(new Option('--region <region>', 'where it is').env('AWS_REGION'))
    .option('--out <file>', 'write it there, where nothing is yet (default: stdout)')
    .action((cluster, options) =>
      go(options, 'nothing was written', async () => (await import('./commands/init.ts')).init(cluster, options)),
    )

const plan = (go: Go) =>
  reading('plan')
    .description('show what an upgrade would do; changes nothing')
    .argument('[platform]', 'a platform whose file the worker has')
    .addOption(file())
    .requiredOption('--to <version>', "the Kubernetes version of green, like 1.36; blue's own: a refresh")
    .addOption(asWho())
    .option('--exit-code', 'end with 2 when there is something to do, 6 when something is in its way')
    .action((platform, options) =>
      go(options, NOTHING_STARTED, async () => (await import('./commands/plan.ts')).plan(platform, options)),
    )

const preflight = (go: Go) =>
  reading('preflight')
    .description('what is in the way of an upgrade, by who has to act; ends with 6 where a blocker is; changes nothing')
    .argument('[platform]', 'a platform whose file the worker has')
    .addOption(file())
    .option('--to <version>', 'the Kubernetes version of green (default: what norikae next says, else the newest)')
    .addOption(asWho())
    .action((platform, options) =>
      go(options, NOTHING_STARTED, async () => (await import('./commands/preflight.ts')).preflight(platform, options)),
    )

const start = (go: Go) =>
  reading('start')
    .description('show the plan, ask, and start the upgrade')
    .argument('[platform]', 'a platform whose file the worker has')
    .addOption(file())
    .requiredOption('--to <version>', "the Kubernetes version of green, like 1.36; blue's own: a refresh")
    .addOption(asWho())
    .option('--yes', 'do not ask first')
    .option('--watch', 'then watch it')
    .action((platform, options) =>
      go(options, NOTHING_STARTED, async () => (await import('./commands/start.ts')).start(platform, options)),
    )

const watch = (go: Go) =>
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
      go(options, '', async () => (await import('./commands/watch.ts')).watch(platform, options)),
    )

const status = (go: Go) =>
  reading('status')
    .description('where an upgrade stands; without a name: all upgrades and open gates')
    .argument('[platform]', 'default: all of them')
    .addOption(new Option('--platform <name>', 'which platform (default: all of them)'))
    .addOption(asWho())
    .action((platform, options) =>
      go(options, '', async () => (await import('./commands/status.ts')).status(platform, options)),
    )

const where = (go: Go) =>
  reading('where')
    .description('to which cluster a pipeline deploys now; with -o name: a cluster a line')
    .argument('<app>', 'an app and its environment: chat-api/production')
    .argument('[environment]', 'the environment, where it is not said with the app')
    .addOption(new Option('--platform <name>', 'which platform (default: the only open upgrade, or the only platform)'))
    .action((app, environment, options) =>
      go(options, '', async () => (await import('./commands/where.ts')).where(app, environment, options)),
    )

const TYPED: Readonly<Partial<Record<Answer, string>>> = {
  approve: 'what is lost for good, by name: blue, or a workload that goes back without what it wrote',
  skip: 'to give up what a buffer still holds, or not to wait for what is in flight: the name of its workload',
}

const answer = (go: Go, verb: Answer, what: string) => {
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
        (await import('./commands/answer.ts')).answer(verb, name, environment, options),
      ),
    )
  return command
    .option('--all', 'every open gate that waits for you; one message a workflow')
    .option('--ahead', 'of an app, or upgrade: also the gates that are planned and not open yet')
    .addOption(notBefore())
    .addOption(notAfter())
    .action((name, environment, { all, ahead, ...options }) =>
      go(options, NOTHING_CHANGED, async () => {
        if (!all && !ahead) return (await import('./commands/answer.ts')).answer(verb, name, environment, options)
        const several = await import('./commands/several.ts')
        if (all && (ahead || name !== undefined))
          throw new BadInput('--all is of every gate: leave the name and --ahead out')
        if (all) return several.approveAll(options)
        if (name === undefined) throw new BadInput('say of which app: norikae approve <app> --ahead, or upgrade')
        return several.approveAhead(name, environment, options)
      }),
    )
}

const notBefore = () => new Option('--not-before <time>', 'it counts from then on, like 2026-12-01T01:00:00Z')
const notAfter = () => new Option('--not-after <time>', 'it does not count after that')

const withdraw = (go: Go) =>
  asking('withdraw')
    .description('take back what was approved for an app, or upgrade, and has not been used')
    .argument('<name>', 'an app; or upgrade for its own gates')
    .argument('[environment]')
    .option('--comment <text>', 'why; it is in the report')
    .action((name, environment, options) =>
      go(options, NOTHING_CHANGED, async () =>
        (await import('./commands/several.ts')).withdraw(name, environment, options),
      ),
    )

const keys = (go: Go) =>
  reading('keys')
    .description('the key that you sign with, where the platform file says trust: signed (NORIKAE_KEY: its file)')
    .addArgument(new Argument('<what>', 'make one, or show its public part').choices(['create', 'show'] as const))
    .addOption(asWho())
    .action((what, options) =>
      go(options, NOTHING_CHANGED, async () => (await import('./commands/keys.ts')).keys(what, options)),
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

const sign = (go: Go) =>
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
      go(options, NOTHING_CHANGED, async () => (await import('./commands/sign.ts')).sign(message, options)),
    )

const rollback = (go: Go) =>
  asking('rollback')
    .description('take an app, or one environment of it, back to blue')
    .argument('<app>')
    .argument('[environment]', 'default: all of them')
    .addOption(because(' (must be said)'))
    .action((app, environment, options) =>
      go(options, NOTHING_CHANGED, async () =>
        (await import('./commands/order.ts')).rollback(app, environment, options),
      ),
    )

const abort = (go: Go) =>
  asking('abort')
    .description('take everything back: the apps, then green')
    .addOption(because(' (must be said)'))
    .action((options) => go(options, NOTHING_CHANGED, async () => (await import('./commands/order.ts')).abort(options)))

const pauseOrResume = (go: Go, verb: 'pause' | 'resume', what: string) =>
  changing(verb)
    .description(what)
    .addOption(because(''))
    .action((options) =>
      go(options, NOTHING_CHANGED, async () => (await import('./commands/order.ts')).pauseOrResume(verb, options)),
    )

const next = (go: Go) =>
  reading('next')
    .description('what the schedule would do next, and why; changes nothing')
    .argument('[platform]', 'a platform whose file the worker has')
    .addOption(file())
    .action((platform, options) =>
      go(options, '', async () => (await import('./commands/next.ts')).next(platform, options)),
    )

const schedule = (go: Go) => {
  const whose = ['[platform]', 'default: the only one with a schedule'] as const
  const changed = (name: string) => reading(name).addOption(asWho())
  const asked = (name: string) => changed(name).option('--yes', 'do not ask first')
  const load = () => import('./commands/schedule.ts')
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

const replan = (go: Go) =>
  asking('replan')
    .description('look for an app on blue again that was born, removed or changed since the upgrade was planned')
    .argument('<app>')
    .addOption(because(' (must be said)'))
    .action((app, options) =>
      go(options, NOTHING_CHANGED, async () => (await import('./commands/replan.ts')).replan(app, options)),
    )

const report = (go: Go) =>
  plain('report')
    .description('who decided what, what it took of people, what is left; after the end')
    .argument('[platform]', 'default: the upgrade that ended last')
    .addOption(new Option('--platform <name>', 'which platform (default: that of the upgrade that ended last)'))
    .addOption(
      new Option('-o, --output <shape>', 'Markdown or JSON').choices(['md', 'json'] as const).default('md' as const),
    )
    .action((platform, options) =>
      go(options, '', async () => (await import('./commands/report.ts')).report(platform, options)),
    )

const doctor = (go: Go) =>
  reading('doctor')
    .description('what works and what does not: Temporal, workers, AWS, clusters, metrics; changes nothing')
    .argument('[platform]', 'a platform whose file the worker has (default: the only open upgrade)')
    .addOption(file())
    .action((platform, options) =>
      go(options, '', async () => (await import('./commands/doctor.ts')).doctor(platform, options)),
    )

const explain = (go: Go) =>
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
          ? (await import('./commands/explain-health.ts')).explainHealth(app, environment, options)
          : (await import('./commands/explain.ts')).explain(path, app, options),
      ),
    )

const completion = (go: Go) =>
  plain('completion')
    .description('print the script that completes norikae in your shell')
    .addArgument(new Argument('<shell>', 'which').choices(shellNames))
    .addHelpText('after', COMPLETES)
    .action((shell, options) =>
      go(options, '', async () => (await import('./commands/completion.ts')).completion(shell)),
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
const complete = (go: Go) =>
  plain('complete')
    .argument('[words...]', 'what is typed after norikae; the last of them is being typed')
    .option('--next', 'an empty word is being typed after them')
    .action((words, options, command) =>
      go(options, '', async () => {
        const { verbsOf } = await import('./verbs.ts')
        const typed = options.next ? [...words, ''] : words
        return (await import('./commands/complete.ts')).complete(verbsOf(command.parent), typed)
      }),
    )

const sandbox = (go: Go) =>
  plain('sandbox')
    .description('a whole world on this machine: AWS, two clusters, traffic, Temporal')
    .option('--info <file>', 'write where everything is, when it is ready')
    .option('--port-temporal <port>', "Temporal's port (default of each port: a free one)", port)
    .option('--port-ui <port>', "the port of Temporal's UI", port)
    .option('--port-aws <port>', 'the port of AWS', port)
    .option('--port-prometheus <port>', 'the port of Prometheus', port)
    .option('--port-control <port>', "the port of the sandbox's own control", port)
    .option('--port-traffic <port>', 'the port that apps are reached at', port)
    .addOption(
      new Option('--kubernetes <kind>', "control planes of Kubernetes' own programs, or stand-ins")
        .choices(['real', 'stand-in'] as const)
        .default('stand-in' as const),
    )
    .option('--apps <names>', 'only these of its twelve apps, separated by commas', names)
    .option('--rate <requests>', `requests a second to all apps together, 1 to ${MOST_A_SECOND} (default: 130)`, rate)
    .action((options) => go(options, '', async () => (await import('./commands/sandbox.ts')).sandbox(options)))

const version = (go: Go) =>
  reading('version')
    .description('print the version')
    .action((options) => go(options, '', async () => (await import('./commands/version.ts')).version(options)))

function whole(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('write a whole number')
  return Number(text)
}

function port(text: string): number {
  const found = whole(text)
  if (found < 1 || found > 65_535) throw new InvalidArgumentError('a port is 1 to 65535')
  return found
}

const names = (text: string): string[] => text.split(',').map((name) => name.trim())

/** What the sandbox's traffic is limited to. */
const MOST_A_SECOND = 300

function rate(text: string): number {
  const found = whole(text)
  if (found < 1 || found > MOST_A_SECOND)
    throw new InvalidArgumentError(
      `1 to ${MOST_A_SECOND}: a sandbox is no benchmark, and serves no more beside all else`,
    )
  return found
}
