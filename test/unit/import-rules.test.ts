import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** Who may know whom: the linter itself, with its real rules, on small files that import one thing each. */

const root = fileURLToPath(new URL('../../', import.meta.url))
const SDKS = [
  '@aws-sdk/client-eks',
  '@aws-sdk/credential-provider-node',
  '@aws-crypto/sha256-js',
  '@smithy/signature-v4',
  '@kubernetes/client-node',
  'undici',
]

/** What a file of this place may import, and what not: each import that the design or a review has named. */
const rooms: readonly { at: string; may: readonly string[]; mayNot: readonly string[] }[] = [
  {
    at: 'src/domain/probe.ts',
    may: ['./plan.ts'],
    mayNot: [
      ...SDKS,
      '@noble/ed25519',
      'zod',
      'node:crypto',
      '@temporalio/common',
      '../config/read.ts',
      '../workflows/index.ts',
    ],
  },
  {
    // The one exception of domain: signatures are checked in workflows, where there is no node:crypto.
    at: 'src/domain/signatures.ts',
    may: ['./plan.ts', '@noble/ed25519', '@noble/hashes/sha2.js'],
    mayNot: [...SDKS, 'zod', 'node:crypto', 'jose', '@noble/hashes/sha3.js', '../config/read.ts'],
  },
  {
    at: 'src/workflows/probe.ts',
    may: ['./office.ts', '../domain/plan.ts', '@temporalio/common', '@temporalio/workflow'],
    mayNot: [
      ...SDKS,
      'zod',
      'node:crypto',
      '@temporalio/activity',
      '@temporalio/client',
      '@temporalio/worker',
      '../activities/index.ts',
      '../client/connect.ts',
      '../config/read.ts',
      '../demo/verdict.ts',
      '../sandbox/judge.ts',
    ],
  },
  {
    at: 'src/activities/probe.ts',
    may: [
      './ports.ts',
      '../domain/plan.ts',
      '../config/read.ts',
      '../workflows/activities.ts',
      '@temporalio/activity',
      'node:timers/promises',
    ],
    mayNot: [
      ...SDKS,
      'zod',
      '@temporalio/client',
      '../adapters/index.ts',
      '../cli/run.ts',
      '../client/connect.ts',
      '../demo/verdict.ts',
      '../sandbox/judge.ts',
      '../worker/settings.ts',
      '../workflows/executor.ts',
      '../workflows/index.ts',
    ],
  },
  {
    at: 'src/adapters/eks/probe.ts',
    may: [...SDKS, './index.ts', '../aws-client.ts', '../../activities/ports.ts', '../../activities/errors.ts', 'zod'],
    mayNot: [
      '../../activities/index.ts',
      '../../cli/run.ts',
      '../../client/connect.ts',
      '../../config/read.ts',
      '../../demo/verdict.ts',
      '../../sandbox/judge.ts',
      '../../worker.ts',
      '../../workflows/activities.ts',
    ],
  },
  {
    at: 'src/adapters/probe.ts',
    may: [...SDKS, './http.ts', '../activities/ports.ts', '../domain/eks-objects.ts'],
    mayNot: ['../activities/health.ts', '../config/read.ts', '../sandbox/judge.ts', '../workflows/index.ts'],
  },
  {
    at: 'src/config/probe.ts',
    may: ['./read.ts', './rules/all.ts', '../domain/duration.ts', 'zod', 'yaml', 'node:fs'],
    mayNot: [
      ...SDKS,
      '@temporalio/client',
      '../activities/index.ts',
      '../adapters/index.ts',
      '../cli/run.ts',
      '../client/connect.ts',
      '../sandbox/judge.ts',
      '../worker.ts',
      '../workflows/index.ts',
    ],
  },
  {
    at: 'src/config/rules/probe.ts',
    may: ['./rule.ts', '../problem.ts', '../../domain/duration.ts', 'yaml'],
    mayNot: [
      ...SDKS,
      '../../activities/index.ts',
      '../../adapters/eks/index.ts',
      '../../cli/run.ts',
      '../../client/connect.ts',
      '../../sandbox/judge.ts',
      '../../worker.ts',
      '../../workflows/index.ts',
    ],
  },
  {
    at: 'src/client/probe.ts',
    may: ['./connect.ts', '../domain/gates.ts', '@temporalio/client', '@temporalio/envconfig', 'zod', 'node:crypto'],
    mayNot: [
      ...SDKS,
      '@temporalio/worker',
      '../activities/index.ts',
      '../adapters/index.ts',
      '../cli/run.ts',
      '../config/read.ts',
      '../sandbox/judge.ts',
      '../workflows/index.ts',
    ],
  },
  {
    at: 'src/cli/probe.ts',
    may: ['./run.ts', '../client/connect.ts', '../config/read.ts', '../domain/gates.ts', 'node:fs/promises'],
    mayNot: [
      ...SDKS,
      '@temporalio/client',
      '../activities/index.ts',
      '../adapters/index.ts',
      '../demo/verdict.ts',
      '../sandbox/judge.ts',
      '../worker/settings.ts',
      '../workflows/index.ts',
    ],
  },
  {
    at: 'src/cli/commands/probe.ts',
    may: ['../run.ts', '../render/plan.ts', '../../client/connect.ts', '../../config/read.ts', '../../domain/gates.ts'],
    mayNot: [
      ...SDKS,
      '../../activities/index.ts',
      '../../adapters/index.ts',
      '../../demo/verdict.ts',
      '../../sandbox/command.ts',
      '../../sandbox/judge.ts',
      '../../workflows/index.ts',
    ],
  },
  {
    at: 'src/cli/commands/sandbox.ts',
    may: ['../../sandbox/command.ts', '../run.ts'],
    mayNot: [...SDKS, '../../sandbox/judge.ts', '../../adapters/index.ts'],
  },
  {
    at: 'src/worker.ts',
    may: ['./activities/index.ts', './adapters/index.ts', './client/search-attributes.ts', '@temporalio/worker'],
    mayNot: [...SDKS, './cli/run.ts', './config/read.ts', './demo/verdict.ts', './sandbox/command.ts'],
  },
  {
    at: 'src/worker/probe.ts',
    may: ['./settings.ts', '../activities/errors.ts', '../domain/plan.ts', 'pino', 'node:fs/promises'],
    mayNot: [...SDKS, '../adapters/index.ts', '../cli/run.ts', '../demo/verdict.ts', '../sandbox/command.ts'],
  },
  {
    at: 'src/demo/probe.ts',
    may: ['../cli/render/live.ts', '../client/connect.ts', '../domain/report.ts', '../sandbox/command.ts'],
    mayNot: [...SDKS, '../activities/index.ts', '../adapters/index.ts', '../workflows/index.ts'],
  },
]

let folder: string
/** Reported imports, by file. */
let reported: ReadonlyMap<string, ReadonlySet<string>>

beforeAll(async () => {
  // Rules go by the path beside the file that holds them, so a tree of its own is as good, and nobody else sees it.
  folder = await mkdtemp(join(tmpdir(), 'norikae-rules-'))
  await copyFile(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
  for (const { at, may, mayNot } of rooms) {
    await mkdir(dirname(join(folder, at)), { recursive: true })
    await writeFile(join(folder, at), [...may, ...mayNot].map((name) => `import '${name}'\n`).join(''))
  }
  await writeFile(join(folder, 'src/cli/late.ts'), lateProbe)
  reported = await lint(folder)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The other ways to import. */
const lateProbe = `export const late = () => import('../adapters/late.ts')
import type { A } from '../adapters/type.ts'
export * from '../adapters/again.ts'
export type { A }
`

function lint(at: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const program = join(root, 'node_modules/oxlint/bin/oxlint')
  return new Promise((done, failed) => {
    const args = [program, '-c', '.oxlintrc.json', '-f', 'unix', 'src']
    execFile(process.execPath, args, { cwd: at, encoding: 'utf8', maxBuffer: 1 << 24 }, (_error, out, err) => {
      const found = new Map<string, Set<string>>()
      for (const [, file = '', name = ''] of out.matchAll(
        /^(\S+?):\d+:\d+: '(\S+)' import is restricted.*\(no-restricted-imports\)\]$/gm,
      ))
        found.set(file, (found.get(file) ?? new Set()).add(name))
      if (found.size === 0) failed(new Error(`the linter reported nothing: ${out}${err}`))
      done(found)
    })
  })
}

test.for(rooms.flatMap(({ at, may }) => may.map((name) => ({ at, name }))))('$at may import $name', ({ at, name }) => {
  expect([...(reported.get(at) ?? [])]).not.toContain(name)
})

test.for(rooms.flatMap(({ at, mayNot }) => mayNot.map((name) => ({ at, name }))))(
  '$at may not import $name',
  ({ at, name }) => {
    expect([...(reported.get(at) ?? [])]).toContain(name)
  },
)

test('what is imported late, as a type or to be exported again is held to the same rules', () => {
  expect([...(reported.get('src/cli/late.ts') ?? [])].toSorted()).toEqual([
    '../adapters/again.ts',
    '../adapters/late.ts',
    '../adapters/type.ts',
  ])
})

test('every room has a rule; the sandbox is a world outside, and speaks its protocols itself', async () => {
  const { overrides } = JSON.parse(await readFile(join(root, '.oxlintrc.json'), 'utf8')) as {
    overrides: { files: string[] }[]
  }
  const ruled = new Set(overrides.flatMap(({ files }) => files).map((name) => /^src\/([\w-]+)/.exec(name)?.[1]))
  const entries = await readdir(join(root, 'src'), { withFileTypes: true })
  const without = entries.filter((e) => !ruled.has(e.name.replace(/\.ts$/, ''))).map((e) => e.name)
  expect(without).toEqual(['sandbox'])
})
