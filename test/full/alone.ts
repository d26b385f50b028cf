import { relative } from 'node:path'
import { afterEach } from 'vitest'

/** A sweep takes its time: whoever mends something wants to run the one that failed. */
afterEach(({ task, onTestFailed }) => {
  onTestFailed(() => {
    const every = process.env['NORIKAE_TEST_EVERY'] === '1' ? ' --every' : ''
    process.stderr.write(
      `alone: npm run test:full -- ${relative(process.cwd(), task.file.filepath)} -t ${JSON.stringify(task.name)}${every}\n`,
    )
  })
})
