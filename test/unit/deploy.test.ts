import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

/** What can be said of the container files without a Docker engine: that their parts fit one another and the code. */

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')

interface Service {
  readonly image?: string
  readonly build?: string
  readonly configs?: readonly { readonly source: string; readonly target: string }[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly environment?: Readonly<Record<string, string | number>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly profiles?: readonly string[]
  readonly command?: readonly string[]
}
const compose = parse(read('docker-compose.yml')) as {
  services: Record<string, Service>
  volumes: object
  configs: object
}
const services = Object.entries(compose.services)
const docker = read('Dockerfile')
const { version } = JSON.parse(read('package.json')) as { version: string }

test('compose starts PostgreSQL, Temporal, its UI and the worker; the sandbox only when asked', () => {
  expect(services.filter(([, s]) => s.profiles === undefined).map(([name]) => name)).toEqual([
    'postgresql',
    'schema',
    'temporal',
    'namespace',
    'ui',
    'worker',
  ])
  expect(compose.services['sandbox']?.profiles).toEqual(['sandbox'])
})

test.for(services)('%s: its image is pinned to a version', ([, { image = '' }]) => {
  expect(image).toMatch(/^[a-z/-]+:\d+\.\d+(\.\d+)?$/)
})

test('our own image carries the version of the package', () => {
  expect(services.flatMap(([, s]) => (s.image?.startsWith('norikae:') ? [s.image] : []))).toEqual([
    `norikae:${version}`,
    `norikae:${version}`,
  ])
})

test.for(services)('%s: waits for services that are well, or for those that end', ([, { depends_on = {} }]) => {
  for (const [name, { condition }] of Object.entries(depends_on)) {
    const other = compose.services[name]
    expect(other, name).toBeDefined()
    expect(condition).toBe(other?.healthcheck ? 'service_healthy' : 'service_completed_successfully')
  }
})

test('what is waited for to its end is a command that ends', () => {
  const waited = services.flatMap(([, { depends_on = {} }]) => Object.entries(depends_on))
  const ending = new Set(waited.flatMap(([name, { condition }]) => (condition.endsWith('successfully') ? [name] : [])))
  expect([...ending]).toEqual(['schema', 'namespace'])
  for (const name of ending) expect(compose.services[name]?.command?.slice(0, 2)).toEqual(['sh', '-euc'])
})

test('Temporal is as new as Norikae needs it, and set up by the tools of the same version', () => {
  const imageOf = (name: string) => compose.services[name]?.image?.split(':') ?? []
  const [server, version = ''] = imageOf('temporal')
  expect(server).toBe('temporalio/server')
  for (const name of ['schema', 'namespace']) expect(imageOf(name)).toEqual(['temporalio/admin-tools', version])
  const [, needed = ''] = /as Norikae uses them: server 1\.(\d+)/.exec(read('scripts/temporal.mjs')) ?? []
  expect(Number(version.split('.')[1])).toBeGreaterThanOrEqual(Number(needed))
})

test.for(services)('%s: every volume and file that it names is there', ([, { volumes = [], configs = [] }]) => {
  for (const [name = ''] of volumes.map((volume) => volume.split(':')))
    if (!name.startsWith('.')) expect(Object.keys(compose.volumes)).toContain(name)
  for (const { source } of configs) expect(Object.keys(compose.configs)).toContain(source)
})

test('the sandbox is the demo, whole in one container that is built here', () => {
  expect(compose.services['sandbox']).toEqual({
    profiles: ['sandbox'],
    build: '.',
    image: `norikae:${version}`,
    command: ['node', 'src/demo/demo.ts'],
  })
  expect(read('package.json')).toContain('"demo": "node scripts/run.mjs src/demo/demo.ts"')
})

test.for(services)('%s: no port is open beyond this machine', ([, { ports = [] }]) => {
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
})

test('every variable of the worker is one that is read, and the image sets the rest', () => {
  const settings = read('src/worker/settings.ts')
  const known = (name: string) => /^(TEMPORAL|AWS)_/.test(name) || settings.includes(`'${name}'`)
  const set = [...docker.matchAll(/^(?:ENV|\s+) ?([A-Z_]+)=/gm)].map(([, name = '']) => name)
  const wanted = [...Object.keys(compose.services['worker']?.environment ?? {}), ...set]
  expect(wanted.filter((name) => !known(name) && name !== 'NODE_ENV')).toEqual([])
  expect(set).toContain('NORIKAE_WORKFLOW_BUNDLE')
})

test('the image runs as nobody special on glibc, with an init, and copies what there is', () => {
  const from = [...docker.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)
  expect(new Set(from)).toEqual(new Set(['node:24-bookworm-slim']))
  expect(docker).toMatch(/^USER node$/m)
  expect(docker).toMatch(/^ENTRYPOINT \["tini", "--"\]$/m)
  const copied = [...docker.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) => names.split(' '))
  for (const name of copied.filter((n) => n !== '.' && n !== 'dist')) expect(() => readSome(name), name).not.toThrow()
})

test('what the image runs is there', () => {
  const [, command = '[]'] = /^CMD (\[.*\])$/m.exec(docker) ?? []
  const files = [JSON.parse(command) as string[], compose.services['sandbox']?.command ?? []].map(
    ([, file = '']) => file,
  )
  for (const file of files) expect(read(file).length).toBeGreaterThan(0)
})

/** A file, or a folder by what every folder here has. */
function readSome(name: string): void {
  try {
    read(name)
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EISDIR') throw error
  }
}
