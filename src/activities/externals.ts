import type { ActionCall } from '../domain/actions.ts'
import { RUN } from '../domain/annotations.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { jobState } from '../domain/slots.ts'
import { failed } from './errors.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import { sha256 } from './tokens.ts'
import { budgets, notYet } from './waiting.ts'

export const externalActions = (outside: Outside) => {
  /** Asked from a pod in the app's own namespace: its network policies, security groups and DNS are what counts. */
  const checkExternal: Deed<'checkExternal'> = async ({ input, scope, run, asker, attempt }) => {
    const { namespace, on, endpoint } = input
    const here = await (await proven(outside, scope)).on(on)
    const job = probe(namespace, endpoint, outside.probeImage, { run, asker, attempt })
    await here.create(job)
    const found = await here.find('Job', namespace, job.metadata.name)
    const state = found ? jobState(found) : 'active'
    if (state === 'active') throw notYet(`no answer of ${endpoint} on ${scope[on]} yet`, budgets.probe, '1s')
    await here.remove('Job', namespace, job.metadata.name, found?.metadata.uid)
    if (state === 'failed')
      throw failed(
        `${endpoint} cannot be reached from ${namespace} on ${scope[on]}. Open its firewall for green, then retry`,
      )
    return { note: `${endpoint} answers on ${scope[on]}` }
  }

  return { checkExternal }
}

/** Another one for each try: what one has found does not hold for the next. */
function probe(
  namespace: string,
  endpoint: string,
  image: string,
  { run, asker, attempt }: Pick<ActionCall, 'run' | 'asker' | 'attempt'>,
): KubernetesObject {
  const port = endpoint.lastIndexOf(':')
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `norikae-reach-${sha256(`${asker} ${endpoint} ${attempt}`).slice(0, 10)}`,
      namespace,
      labels: { [RUN]: run },
    },
    spec: {
      backoffLimit: 1,
      activeDeadlineSeconds: 120,
      ttlSecondsAfterFinished: 600,
      template: {
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'reach',
              image,
              command: ['nc', '-z', '-w', '5', endpoint.slice(0, port), endpoint.slice(port + 1)],
            },
          ],
        },
      },
    },
  }
}
