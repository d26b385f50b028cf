import type { Listening } from '../listen.ts'
import { startProxy, type ProxyOptions } from '../traffic/proxy.ts'
import type { SandboxAws } from '../types.ts'

/** Load balancers at addresses of their own: those that controllers of the clusters made. */
export interface Balancers {
  /** The address of the one that answers at this name. Once it is gone nothing but a 503 comes from there. */
  at(name: string): Promise<string>
  stop(): Promise<void>
}

/** `hosts`: whose requests are sent there. */
export function createBalancers({
  elbv2,
  hosts,
  ...options
}: Omit<ProxyOptions, 'elbv2' | 'port'> & {
  readonly elbv2: Pick<SandboxAws['elbv2'], 'defaultRule' | 'serving'>
  readonly hosts: readonly string[]
}): Balancers {
  const all = new Map<string, Promise<Listening>>()
  const start = (name: string) => {
    const rules = () => {
      const rule = elbv2.defaultRule(name)
      return rule ? [{ ...rule, hosts }] : []
    }
    return startProxy({ ...options, elbv2: { rules, serving: (group) => elbv2.serving(group) } })
  }
  return {
    async at(name) {
      const its = all.get(name) ?? start(name)
      all.set(name, its)
      return (await its).url
    },
    async stop() {
      for (const its of all.values()) await (await its).stop()
    },
  }
}
