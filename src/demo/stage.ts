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

export const stageOn = (stream: NodeJS.WriteStream): Stage => (stream.isTTY ? drawnOn(stream) : writtenTo(stream))

function drawnOn(stream: NodeJS.WriteStream): Stage {
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
      shown = `\n${live(view, { ...screen, ...(screen.height !== undefined && { height: screen.height - 2 }) })}`
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
