import { onTestFinished } from 'vitest'
import { createActivities } from '../../src/activities/index.ts'
import { connectOutside } from '../../src/adapters/index.ts'
import { scope, type SmallWorld } from './small-world.ts'

/**
 * Who has deploy/iam/preflight.json and nothing else, `but` for these actions of it. Whom Kubernetes lets in is no matter of
 * IAM's policies.
 */
export function whoOnlyReads({ aws, outside, ports }: SmallWorld, but: readonly string[] = []) {
  const keys = but.length === 0 ? aws.keysWith('preflight') : aws.keysWithout('preflight', ...but)
  const reading = connectOutside({ credentials: async () => keys })
  onTestFinished(() => reading.close())
  return {
    keys: reading.keys(scope.region),
    activities: createActivities({ ...outside, ports: { ...reading, kubernetes: ports.kubernetes } }),
    /** What was asked of AWS in this name. */
    asked: () => aws.calls().filter((c) => c.by?.includes('assumed-role/preflight/')),
    denied: () =>
      aws
        .calls()
        .filter((c) => c.by?.includes('assumed-role/preflight/') && /AccessDenied|Unauthorized/.test(c.error ?? ''))
        .map((c) => c.operation),
  }
}
