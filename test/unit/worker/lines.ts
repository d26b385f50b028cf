import { Writable } from 'node:stream'

/** Keeps what a logger writes, line by line. */
export class Lines extends Writable {
  private text = ''
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
  get all(): readonly Readonly<Record<string, unknown>>[] {
    return this.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  }
}
