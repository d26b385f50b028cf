import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Platform } from '../../src/domain/platform.ts'
import type { ActionStep } from '../../src/domain/steps.ts'
import { Outside } from './fakes.ts'

/** A world that outlives the worker that changed it: a file of what was done, and a folder of what is held. */
export class WorldOnDisk {
  readonly folder: string
  constructor(folder: string) {
    this.folder = folder
    mkdirSync(join(folder, 'holds'), { recursive: true })
  }
  private readonly log = () => join(this.folder, 'done')
  private readonly held = (step: string) => join(this.folder, 'holds', encodeURIComponent(step))
  hold = (step: string): void => writeFileSync(this.held(step), '')
  release = (step: string): void => rmSync(this.held(step))

  /** The same outside for whoever opens it: what was done before is done. */
  open(platform: Platform): Outside {
    const outside = new Outside(platform, '1s') // seldom at work, so that a kill hits it between two looks
    for (const [place, step] of this.read()) {
      outside.world.act(place, step)
      outside.done.push(`${place}:${step.id}`)
    }
    outside.holds = { has: (step) => existsSync(this.held(step)) }
    outside.wrote = (place, step) => appendFileSync(this.log(), `${JSON.stringify([place, step])}\n`)
    return outside
  }

  read = (): [string, ActionStep][] =>
    existsSync(this.log())
      ? readFileSync(this.log(), 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as [string, ActionStep]) // as `open` wrote it
      : []
}
