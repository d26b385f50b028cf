import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The worker as it is run: a process of its own, with nothing of this machine's AWS or Temporal set-up. */
export class AWorker {
  out = ''
  err = ''
  readonly child: ChildProcess
  /** Its exit code, -1 where a signal ended it. */
  readonly ended: Promise<number>
  constructor(env: Readonly<Record<string, string>>) {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/worker.ts'], {
      cwd: root,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: '/nonexistent',
        NORIKAE_HOST: '127.0.0.1',
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.on('data', (text: Buffer) => (this.out += text.toString()))
    child.stderr.on('data', (text: Buffer) => (this.err += text.toString()))
    this.child = child
    this.ended = new Promise((done) => child.once('close', (code) => done(code ?? -1)))
  }

  /** Its log, line by line. */
  get lines(): readonly Readonly<Record<string, unknown>>[] {
    const whole = this.out.slice(0, this.out.lastIndexOf('\n') + 1).trimEnd()
    return whole === '' ? [] : whole.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  /** What is waited for while it lives. Throws with what it printed when it ends before. */
  lives<T>(wait: Promise<T>): Promise<T> {
    const ended = this.ended.then((code) => Promise.reject(new Error(`it ended with ${code}: ${this.err}${this.out}`)))
    return Promise.race([wait, ended])
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.ended
  }
}
