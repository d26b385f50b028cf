import { isDuration, seconds } from '../../domain/duration.ts'
import { PLACEHOLDERS } from '../../domain/probes.ts'
import { find, get, isMapping, isText, type Mapping } from '../find.ts'
import { flaw, type Flaw } from '../problem.ts'
import { didYouMean, shown } from '../words.ts'
import type { Rule } from './rule.ts'

/** A window waits for it. */
const LONGEST_S = 3600

export const jobsAreMadeOfSomething: Rule = (file) =>
  ['health.checks.*', 'apps.*.checks.*'].flatMap((at) =>
    find(file, `${at}.job`).flatMap(({ path, value }) =>
      isMapping(value) ? [...madeOf(path, value), ...patience(path, value)] : [],
    ),
  )

function madeOf(path: Flaw['path'], job: Mapping): Flaw[] {
  const [cronJob, image, command] = [get(job, 'cronJob'), get(job, 'image'), get(job, 'command')]
  if (cronJob === undefined && image === undefined)
    return [flaw(path, 'runs nothing; write cronJob, one of the app to make it from, or image')]
  const texts = [image, ...(Array.isArray(command) ? command : [])].filter(isText)
  return [
    ...(cronJob !== undefined && image !== undefined
      ? [flaw([...path, 'image'], 'is a second thing to run beside cronJob; keep one')]
      : []),
    ...(command !== undefined && image === undefined
      ? [flaw([...path, 'command'], 'goes with image; a cronJob has its own')]
      : []),
    // A command may have braces of its own, so only what is nearly one of these is a slip.
    ...[...new Set(texts.flatMap((text) => text.match(/\{[A-Za-z]+\}/g) ?? []))].flatMap((p) => {
      const meant = PLACEHOLDERS.includes(p) ? '' : didYouMean(p, PLACEHOLDERS)
      return meant === '' ? [] : [flaw(path, `${p} stands for nothing${meant}`)]
    }),
  ]
}

function patience(path: Flaw['path'], job: Mapping): Flaw[] {
  const timeout = get(job, 'timeout')
  return isText(timeout) && isDuration(timeout) && seconds(timeout) > LONGEST_S
    ? [flaw([...path, 'timeout'], `${shown(timeout)} is too long to hold a window up; write 1h or less`)]
    : []
}
