// Bundles the workflow code ahead, for an image: node scripts/bundle.mjs dist/workflows.js
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode } from '@temporalio/worker'

const [target] = process.argv.slice(2)
if (target === undefined) {
  process.stderr.write('norikae: say where to: node scripts/bundle.mjs dist/workflows.js\n')
  process.exit(2)
}
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { code } = await bundleWorkflowCode({
  workflowsPath: join(root, 'src/workflows/index.ts'),
  workflowInterceptorModules: [join(root, 'src/workflows/interceptors.ts')],
})
mkdirSync(dirname(target), { recursive: true })
writeFileSync(target, code)
