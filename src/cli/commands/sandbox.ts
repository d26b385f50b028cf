import { appNames, runSandbox } from '../../sandbox/command.ts'
import { exit } from '../exit-codes.ts'
import { mustBeFree, mustHaveAFolder, mustLiveThere } from '../sandbox-needs.ts'

interface Options {
  readonly info?: string | undefined
  readonly portTemporal?: number | undefined
  readonly portUi?: number | undefined
  readonly portAws?: number | undefined
  readonly portPrometheus?: number | undefined
  readonly portControl?: number | undefined
  readonly portTraffic?: number | undefined
  readonly rate?: number | undefined
  readonly apps?: readonly string[] | undefined
  readonly kubernetes: 'real' | 'stand-in'
}

/** A whole world on this machine; it runs until it is stopped. */
export async function sandbox(options: Options): Promise<number> {
  const { info, rate, apps } = options
  if (info !== undefined) await mustHaveAFolder(info)
  if (apps) mustLiveThere(apps, appNames)
  const ports = {
    temporal: options.portTemporal,
    ui: options.portUi,
    aws: options.portAws,
    prometheus: options.portPrometheus,
    control: options.portControl,
    traffic: options.portTraffic,
  }
  for (const [name, port] of Object.entries(ports)) if (port !== undefined) await mustBeFree(`--port-${name}`, port)
  await runSandbox({
    ...(info !== undefined && { info }),
    ...(rate !== undefined && { requestsPerSecond: rate }),
    ...(apps && { apps }),
    kubernetes: options.kubernetes,
    ports: Object.fromEntries(Object.entries(ports).filter(([, port]) => port !== undefined)),
  })
  return exit.done
}
