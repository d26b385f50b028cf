/**
 * What a container that ends by itself does: `nc -z -w <seconds> <host> <port>` really opens a connection; anything else
 * runs for as long as its pod's annotation says, and ends well or badly as that says.
 */
import { connect } from 'node:net'
import type { KubernetesObject } from '../../types.ts'
import type { Clock } from '../clock.ts'
import { fields, list } from '../json.ts'

export const runsFor = 'sandbox.norikae.io/runs-for'
export const fails = 'sandbox.norikae.io/fails'
/** What it logs last. */
export const says = 'sandbox.norikae.io/says'

interface Probe {
  readonly host: string
  readonly port: number
  readonly timeoutMs: number
}

function probeOf(pod: KubernetesObject): Probe | undefined {
  const container = fields(list(pod.spec?.['containers'])[0])
  const words = [...list(container['command']), ...list(container['args'])].map(String)
  const [command, zero, wait, seconds, host, port] = words
  if (command !== 'nc' || zero !== '-z' || wait !== '-w' || host === undefined) return undefined
  return { host, port: Number(port), timeoutMs: Number(seconds) * 1000 }
}

function knock({ host, port, timeoutMs }: Probe, done: (exitCode: number) => void): void {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return done(1)
  const socket = connect({ host, port, timeout: timeoutMs })
  const finish = (exitCode: number) => (): void => {
    // Whatever comes after the first answer is of no interest.
    socket.removeAllListeners().on('error', () => undefined)
    socket.destroy()
    done(exitCode)
  }
  socket.once('connect', finish(0)).once('timeout', finish(1)).once('error', finish(1))
}

/** Calls back once, with the exit code; never after the clock has stopped. */
export function runContainer(
  pod: KubernetesObject,
  clock: Clock,
  usualMs: number,
  done: (exitCode: number) => void,
): void {
  const annotations = pod.metadata.annotations ?? {}
  const probe = probeOf(pod)
  if (probe !== undefined) return knock(probe, (exitCode) => (clock.stopped ? undefined : done(exitCode)))
  const asked = Number(annotations[runsFor] ?? usualMs)
  clock.after(Number.isFinite(asked) ? asked : usualMs, () => done(annotations[fails] === 'true' ? 1 : 0))
}
