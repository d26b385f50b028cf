import { createLogUpdate } from 'log-update'

/** At most four times a second, so that a terminal over a slow line keeps up. */
const REDRAW_MS = 250
/** Without news: the times that the view counts go on. */
const TICK_MS = 1000

export interface Canvas {
  changed(): void
  /** Draws what is there last, and leaves it on the screen. */
  end(): void
}

/** Draws in place what `text` says, when it says something else than before. */
export function canvas(text: () => string): Canvas {
  const update = createLogUpdate(process.stdout)
  let shown = ''
  let drawnAt = 0
  let pending: NodeJS.Timeout | undefined

  function draw(): void {
    clearTimeout(pending)
    pending = undefined
    const next = text()
    if (next === shown) return
    shown = next
    drawnAt = Date.now()
    update(next)
  }
  const changed = () => {
    pending ??= setTimeout(draw, Math.max(0, drawnAt + REDRAW_MS - Date.now()))
  }
  const tick = setInterval(changed, TICK_MS)
  process.stdout.on('resize', changed)
  return {
    changed,
    end: () => {
      clearInterval(tick)
      process.stdout.off('resize', changed)
      draw()
      update.done()
    },
  }
}
