import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

/** What can be said of the container files without a Docker engine: that their parts fit one another and the code. */

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')

interface Service {
  readonly image?: string
  readonly build?: string
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly environment?: Readonly<Record<string, string | number>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly profiles?: readonly string[]
  readonly command?: readonly string[]
}
const compose = parse(read('docker-compose.yml')) as { services: Record<string, Service>; volumes: object }
const services = Object.entries(compose.services)
const docker = read('Dockerfile')
const { version } = JSON.parse(read('package.json')) as { version: string }

test('compose starts PostgreSQL, Temporal, its UI and the worker; the sandbox only when asked', () => {
  expect(services.filter(([, s]) => s.profiles === undefined).map(([name]) => name)).toEqual([
    'postgresql',
    'temporal',
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

test.for(services)('%s: waits for services that exist and say when they are well', ([, { depends_on = {} }]) => {
  for (const [name, { condition }] of Object.entries(depends_on)) {
    expect(compose.services[name]?.healthcheck, name).toBeDefined()
    expect(condition).toBe('service_healthy')
  }
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
