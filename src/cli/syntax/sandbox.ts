import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { type Go, plain } from './parts.ts'

/** The world on one machine. */

export const sandbox = (go: Go) =>
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
    .action((options) => go(options, '', async () => (await import('../commands/sandbox.ts')).sandbox(options)))

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
