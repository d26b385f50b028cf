import { createHash } from 'node:crypto'
import { globSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promiseHooks } from 'node:v8'
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker'

const root = fileURLToPath(new URL('../../', import.meta.url))
const kept = join(root, 'node_modules', '.cache', 'workflows')

/**
 * For `__stack_trace`, which no test asks for, the SDK writes down the stack of each promise of a workflow. Where workflows
 * run on the thread of the tests (`debugMode`, replays) it looks at every promise there: a quarter of the CPU of such tests.
 */
promiseHooks.createHook = () => () => undefined

/** Made once for all test files that run the same sources: each takes seconds of both cores. */
export const bundle = (): Promise<WorkflowBundle> => (bundled ??= findOrMake())
let bundled: Promise<WorkflowBundle> | undefined

async function findOrMake(): Promise<WorkflowBundle> {
  const file = join(kept, `${await fingerprint()}.js`)
  const found = await readFile(file, 'utf8').catch(() => undefined)
  if (found !== undefined) return { code: found }
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'src/workflows/index.ts'),
    workflowInterceptorModules: [join(root, 'src/workflows/interceptors.ts')],
    logger: new DefaultLogger('ERROR'),
  })
  await mkdir(kept, { recursive: true })
  const part = `${file}.${process.pid}`
  await writeFile(part, code)
  await rename(part, file)
  return { code }
}

/** Of all that goes into a bundle: our sources, and which packages are installed. */
async function fingerprint(): Promise<string> {
  const hash = createHash('sha256')
  for (const name of [...globSync('src/**/*.ts', { cwd: root }).toSorted(), 'package-lock.json'])
    hash.update(name).update(await readFile(join(root, name)))
  return hash.digest('hex').slice(0, 16)
}
