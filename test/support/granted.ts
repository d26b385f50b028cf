import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { grantsOf } from '../../src/sandbox/aws/authorization/policy.ts'
import { policyNamed, policyNames } from '../../src/sandbox/aws/policies.ts'

/**
 * The sandbox's AWS lets the worker do what deploy/iam grants, and nothing else. The other way round, what is granted and was
 * needed nowhere is granted too much: looked at when all tests were run, and ended well. A statement that grants something new
 * so needs a test in which it is used.
 */
export default function setup(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'norikae-grants-'))
  // A file that is named already is gone on with: what several runs used together.
  const file = (process.env['NORIKAE_SANDBOX_GRANTS'] ??= join(folder, 'used'))
  return async () => {
    const used = await whole(project).then((is) => (is ? readFileSync(file, 'utf8').split('\n') : undefined))
    rmSync(folder, { recursive: true, force: true })
    if (!used) return
    const unused = grantsOf(policyNames.map(policyNamed)).filter((grant) => !used.includes(grant))
    if (unused.length === 0) return
    throw new Error(
      `deploy/iam grants what no test needed: take it out, or test what needs it\n  ${unused.join('\n  ')}`,
    )
  }
}

/** Where the sandbox's AWS is asked: projects of vitest.config.ts. */
const ASKING = ['whole', 'sandbox']

/** All files of all projects that ask it, with all of their tests. */
async function whole({ vitest }: TestProject): Promise<boolean> {
  const asking = vitest.projects.filter((project) => ASKING.includes(project.name))
  const files = await Promise.all(asking.map(async (project) => (await project.globTestFiles()).testFiles.length))
  const run = vitest.state.getTestModules().filter((module) => asking.includes(module.project))
  return (
    vitest.config.testNamePattern === undefined &&
    asking.length === ASKING.length &&
    run.length === files.reduce((sum, n) => sum + n, 0) &&
    run.every((module) => module.ok())
  )
}
