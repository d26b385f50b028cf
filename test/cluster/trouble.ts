import type { Trouble } from '../contract/trouble.ts'
import { WORKER } from './granted.ts'
import { ADMIN_KEYS, type RealWorld } from './real-world.ts'

const FLOW = 'flowcontrol.apiserver.k8s.io/v1'
const NAME = 'nobody-now'

/** What is done to real servers: by their own flow control, by signals, and by their etcd. */
export const troubleOfReal = ({ planes, crash, workerToken }: RealWorld): Trouble => ({
  async busy(side) {
    const { admin } = planes[side]
    const at = `/apis/${FLOW}`
    await admin.ask({ method: 'POST', path: `${at}/prioritylevelconfigurations`, body: level })
    await admin.ask({ method: 'POST', path: `${at}/flowschemas`, body: flow })
    return async () => {
      await admin.ask({ method: 'DELETE', path: `${at}/flowschemas/${NAME}` })
      await admin.ask({ method: 'DELETE', path: `${at}/prioritylevelconfigurations/${NAME}` })
    }
  },
  freeze(side) {
    const pid = planes[side].pids['kube-apiserver']
    process.kill(pid, 'SIGSTOP')
    return () => void process.kill(pid, 'SIGCONT')
  },
  crash,
  async forget(side) {
    await planes[side].compact()
    // It has a cache of its own, which it answers from.
    await crash(side)
  },
  door(side) {
    const { name, url, ca } = planes[side]
    return { url, ca, credentials: async () => ADMIN_KEYS, workerToken: () => workerToken(name) }
  },
})

const level = {
  apiVersion: FLOW,
  kind: 'PriorityLevelConfiguration',
  metadata: { name: NAME },
  spec: {
    type: 'Limited',
    limited: {
      nominalConcurrencyShares: 0,
      lendablePercent: 0,
      borrowingLimitPercent: 0,
      limitResponse: { type: 'Reject' },
    },
  },
}
const flow = {
  apiVersion: FLOW,
  kind: 'FlowSchema',
  metadata: { name: NAME },
  spec: {
    matchingPrecedence: 2,
    priorityLevelConfiguration: { name: NAME },
    rules: [
      {
        subjects: [{ kind: 'User', user: { name: WORKER } }],
        // All namespaces at once are no namespace.
        resourceRules: [{ verbs: ['list'], apiGroups: [''], resources: ['limitranges'], clusterScope: true }],
      },
    ],
  },
}
