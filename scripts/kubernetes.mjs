// Finds or makes the programs of a real Kubernetes control plane, for `npm run test:cluster`. Plain JavaScript: it runs
// before anything is installed, on Node 20.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { arch, platform } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cache } from './temporal.mjs'

const VERSION = '1.36.3'
const MINOR = VERSION.split('.').slice(0, 2).join('.')
const kept = join(cache, `kubernetes-${VERSION}`)
const tools = join(dirname(dirname(fileURLToPath(import.meta.url))), 'test', 'cluster', 'tools')

/** Where each is built from: modules of ours, which say exactly what goes into them. */
const programs = {
  etcd: { module: 'etcd', from: 'go.etcd.io/etcd/server/v3' },
  'kube-apiserver': { module: 'kubernetes', from: 'k8s.io/kubernetes/cmd/kube-apiserver', published: true },
  'kube-controller-manager': {
    module: 'kubernetes',
    from: 'k8s.io/kubernetes/cmd/kube-controller-manager',
    published: true,
  },
  'kube-scheduler': { module: 'kubernetes', from: 'k8s.io/kubernetes/cmd/kube-scheduler', published: true },
  kwok: { module: 'kwok', from: 'sigs.k8s.io/kwok/cmd/kwok' },
  // What Norikae is measured against: not needed to test it.
  kubectl: { module: 'kubernetes', from: 'k8s.io/kubernetes/cmd/kubectl', published: true, onRequest: true },
}
const GO = [1, 26]
const DOWNLOAD_MS = 5_000

/** The path of each program, by name; undefined for what has to be brought here first (`bring`). */
export function find() {
  return Object.fromEntries(Object.keys(programs).map((name) => [name, foundAt(name)]))
}

function foundAt(name) {
  const folders = [process.env.NORIKAE_KUBERNETES_BIN, assets(), kept]
  return folders
    .filter((folder) => folder !== undefined)
    .map((folder) => join(folder, name))
    .find(runs)
}

/** What `setup-envtest` prints. Of another minor version it does not serve what is tested. */
function assets() {
  const folder = process.env.KUBEBUILDER_ASSETS
  if (folder === undefined || !runs(join(folder, 'kube-apiserver'))) return undefined
  const said = execFileSync(join(folder, 'kube-apiserver'), ['--version'], { encoding: 'utf8' })
  return said.includes(`v${MINOR}.`) ? folder : undefined
}

/**
 * Finds all that a control plane needs, and what is requested beside it, and brings what is missing into the cache. Throws
 * with what to do where that cannot be done.
 */
export async function bring(say, { requested = [] } = {}) {
  mkdirSync(kept, { recursive: true })
  const wanted = Object.keys(programs).filter((name) => !programs[name].onRequest || requested.includes(name))
  const missing = () => wanted.filter((name) => foundAt(name) === undefined)
  for (const name of missing().filter((name) => programs[name].published)) {
    if (!(await downloaded(name, say))) break
  }
  const modules = grouped(missing(), (name) => programs[name].module)
  for (const [module, names] of modules) build(module, names, say)
  return find()
}

/** As published, with its checksum; false where that place cannot be reached. */
async function downloaded(name, say) {
  const architecture = { x64: 'amd64', arm64: 'arm64' }[arch()]
  if (platform() !== 'linux' || architecture === undefined) return false
  const url = `https://dl.k8s.io/release/v${VERSION}/bin/linux/${architecture}/${name}`
  try {
    // Whoever answers this within the time can be waited for.
    const wanted = await (await answered(`${url}.sha256`, DOWNLOAD_MS)).text()
    say(`fetching ${name} ${VERSION} (once, into ${kept})`)
    const bytes = Buffer.from(await (await answered(url, 600_000)).arrayBuffer())
    if (createHash('sha256').update(bytes).digest('hex') !== wanted.trim()) throw new Error('its checksum is another')
    const part = join(kept, `${name}.${process.pid}`)
    writeFileSync(part, bytes)
    chmodSync(part, 0o755)
    renameSync(part, join(kept, name))
    return true
  } catch {
    return false
  }
}

async function answered(url, withinMs) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(withinMs) })
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`)
  return answer
}

const about = { kubernetes: 'about six minutes', etcd: 'half a minute', kwok: 'two minutes' }

function build(module, names, say) {
  const lacks = `${names.join(', ')} ${names.length > 1 ? 'are' : 'is'} not here`
  const go = goVersion()
  if (go === undefined || go[0] < GO[0] || (go[0] === GO[0] && go[1] < GO[1]))
    throw new Error(
      `${lacks}, and ${go === undefined ? 'there is no Go' : `Go ${go.join('.')} is too old`} to build ${names.length > 1 ? 'them' : 'it'}.\n` +
        `Install Go ${GO.join('.')} or newer, or put the programs into a folder and set NORIKAE_KUBERNETES_BIN to it.`,
    )
  say(`building ${names.join(', ')} (once, into ${kept}; ${about[module]} on two cores)`)
  const began = Date.now()
  const work = mkdtempSync(join(kept, 'build-'))
  const version = 'k8s.io/component-base/version'
  const [major, minor] = VERSION.split('.')
  const stamped = `-X ${version}.gitVersion=v${VERSION} -X ${version}.gitMajor=${major} -X ${version}.gitMinor=${minor}`
  try {
    for (const name of names) {
      const done = spawnSync(
        'go',
        ['build', '-ldflags', `-s -w ${stamped}`, '-o', join(work, name), programs[name].from],
        { cwd: join(tools, module), stdio: ['ignore', 'inherit', 'inherit'] },
      )
      if (done.status !== 0) throw new Error(`${lacks}, and building it failed; what Go said is above`)
    }
    // Only what is whole gets its name.
    for (const name of names) renameSync(join(work, name), join(kept, name))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  say(`built in ${Math.round((Date.now() - began) / 1000)} s`)
}

function goVersion() {
  try {
    // `GOTOOLCHAIN=local`: the one that is installed, and no other that it would fetch.
    const env = { ...process.env, GOTOOLCHAIN: 'local' }
    const [, major, minor] = /go(\d+)\.(\d+)/.exec(execFileSync('go', ['version'], { encoding: 'utf8', env })) ?? []
    return [Number(major), Number(minor)]
  } catch {
    return undefined
  }
}

function runs(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function grouped(items, keyOf) {
  const groups = new Map()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}
