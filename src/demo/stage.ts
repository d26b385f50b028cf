import { createLogUpdate } from 'log-update'
import { changes } from '../client/changes.ts'
import type { UpgradeView } from '../client/shapes.ts'
import { change } from '../cli/render/change.ts'
import { live } from '../cli/render/live.ts'
import { screenOn } from '../cli/terminal.ts'

/** Where the demo is watched: lines that stay above a view that is drawn in place, or lines only. */
export interface Stage {
  say(text: string): void
  show(view: UpgradeView): void
  end(): void
}

/** `spoken`: what is said is what matters, so it keeps at least half of the screen. */
export const stageOn = (stream: NodeJS.WriteStream, spoken: boolean): Stage =>
  stream.isTTY ? drawnOn(stream, spoken) : writtenTo(stream)

function drawnOn(stream: NodeJS.WriteStream, spoken: boolean): Stage {
  const update = createLogUpdate(stream)
  let shown = ''
  return {
    say(text) {
      update.clear()
      stream.write(`${text}\n`)
      if (shown !== '') update(shown)
    },
    show(view) {
      const screen = screenOn(stream, {})
      const height = screen.height && Math.floor(spoken ? screen.height / 2 : screen.height - 2)
      shown = `\n${live(view, { ...screen, ...(height !== undefined && { height }) })}`
      update(shown)
    },
    end() {
      update.done()
      shown = ''
    },
  }
}

/** Without a terminal: a line for each thing that changed. */
function writtenTo(stream: NodeJS.WriteStream): Stage {
  let before: UpgradeView | undefined
  return {
    say: (text) => void stream.write(`${text}\n`),
    show(view) {
      for (const it of changes(before, view)) stream.write(`${change(it, screenOn(stream, {}))}\n`)
      before = view
    },
    end: () => undefined,
  }
}
