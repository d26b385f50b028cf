import { startControlPlane, type ControlPlane } from '../../src/sandbox/control-plane/control-plane.ts'

/** `npm run test:cluster -- --keep`: blue and green on this machine, until Ctrl-C. */
const ended = new Promise<void>((done) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done())
})
process.stderr.write('starting blue (1.35) and green (1.36)\n')
const planes = await Promise.all([
  startControlPlane({ name: 'blue', version: '1.35' }),
  startControlPlane({ name: 'green', version: '1.36' }),
])
for (const plane of planes) process.stdout.write(`${described(plane)}\n`)
process.stderr.write('Ctrl-C ends both\n')
await ended
await Promise.all(planes.map((plane) => plane.stop()))

function described({ name, version, kubeconfigFile, auditLog, pids }: ControlPlane): string {
  return [
    `${name}  ${version}`,
    `  KUBECONFIG=${kubeconfigFile} kubectl get nodes`,
    `  audit log  ${auditLog}`,
    `  processes  ${Object.values(pids).join(' ')}`,
  ].join('\n')
}
