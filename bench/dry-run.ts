import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { find } from '../scripts/kubernetes.mjs'
import type { KubernetesObject } from '../src/domain/kubernetes-objects.ts'
import { aRealWorld } from '../test/cluster/real-world.ts'
import { driven } from '../test/support/driven.ts'
import { aDeployment, aService, call } from '../test/support/small-world.ts'

/**
 * How long it takes to try every object of an app on green, against `kubectl apply` of the same objects on the same
 * server: node bench/dry-run.ts [--objects 2000] [--runs 3] [--alone]. kubectl's own validation is left out; it costs it a
 * minute more.
 */
const { values } = parseArgs({
  options: {
    objects: { type: 'string', default: '2000' },
    runs: { type: 'string', default: '3' },
    alone: { type: 'boolean', default: false },
  },
})
const namespace = 'bench'
const say = (text: string) => process.stdout.write(`${text}\n`)

const world = await aRealWorld()
const folder = await mkdtemp(join(tmpdir(), 'norikae-bench-'))
try {
  const objects = Array.from({ length: Number(values.objects) }, (_, n) => anObject(n))
  for (const side of [world.blue, world.green])
    await side.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  const left = [...objects]
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let object = left.pop(); object; object = left.pop()) await world.blue.admin.create(object)
    }),
  )
  const file = join(folder, 'objects.json')
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
  const kubeconfig = join(folder, 'kubeconfig')
  // Signed in as the worker: whoever may do anything is let through quicker, and is not written down.
  const { users, ...config } = JSON.parse(world.green.kubeconfig) as { users: { name: string }[] } // the bed wrote it
  const user = { name: users[0]?.name, user: { token: await world.workerToken(world.green.name) } }
  await writeFile(kubeconfig, JSON.stringify({ ...config, users: [user] }), { mode: 0o600 })

  const place = { app: 'bench', environment: 'test', namespaces: [namespace], on: 'green' } as const
  const ours = () => driven(world.activities.dryRunObjects, call<'dryRunObjects'>(place), { withinMs: 600_000 })
  const theirs = () =>
    kubectl(['apply', '--server-side', '--dry-run=server', '--validate=ignore', '-f', file], kubeconfig)
  const seconds: { readonly ours: number[]; readonly theirs: number[] } = { ours: [], theirs: [] }
  // In turn, so that a machine that slows down slows both.
  for (let run = 0; run < Number(values.runs); run += 1) {
    seconds.ours.push(await timed(ours))
    if (!values.alone) seconds.theirs.push(await timed(theirs))
  }
  say(`${objects.length} objects tried on green, ${values.runs} runs, seconds (least, median, most)`)
  say(`  norikae  ${figures(seconds.ours)}`)
  if (!values.alone) {
    say(`  kubectl  ${figures(seconds.theirs)}`)
    say(`  kubectl takes ${(median(seconds.theirs) / median(seconds.ours)).toFixed(1)} times as long`)
  }
  say(
    `  most memory of this process, the sandbox's AWS included: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
  )
} finally {
  await world.stop()
  await rm(folder, { recursive: true, force: true })
}

function anObject(n: number): KubernetesObject {
  const name = `thing-${n}`
  if (n % 4 === 0) return aDeployment(name, namespace, 0)
  if (n % 4 === 1) return aService(name, namespace)
  const data = { settings: `value-${n} `.repeat(40) }
  return {
    apiVersion: 'v1',
    kind: n % 4 === 2 ? 'ConfigMap' : 'Secret',
    metadata: { name, namespace },
    ...(n % 4 === 2 ? { data } : { stringData: data }),
  }
}

function kubectl(args: readonly string[], kubeconfig: string): Promise<void> {
  const path = find().kubectl
  if (path === undefined) throw new Error('kubectl is not here: npm run bench brings it')
  return new Promise((done, failed) => {
    const child = spawn(path, args, {
      env: { KUBECONFIG: kubeconfig, HOME: folder },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    child.on('error', failed)
    child.on('exit', (code) => (code === 0 ? done() : failed(new Error(`kubectl ended with ${code}`))))
  })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

function figures(numbers: readonly number[]): string {
  return [Math.min(...numbers), median(numbers), Math.max(...numbers)].map((s) => s.toFixed(2)).join('  ')
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}
