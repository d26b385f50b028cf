import { HANDOVER } from '../domain/annotations.ts'
import type { Annotated } from '../domain/facts.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { readDocument, type Read } from './document.ts'
import { handover, planned } from './handover.ts'
import type { Flaw, Path } from './problem.ts'
import { rules } from './rules/all.ts'
import { readShape } from './shape.ts'
import { pathText, presentable } from './words.ts'

/**
 * `norikae.io/handover` of a workload: what stands under `workloads.<name>` in the platform file, held to the same schema
 * and the same rules; a class that needs nothing more may stand by itself.
 */

const BEGIN = 'write a class such as schedule, or a mapping such as { handover: singleton, downtime: 60s }'

/** Undefined: it has no such annotation. Never throws; what is wrong is told, all at once, each with its line. */
export function annotationOf({ kind, metadata }: KubernetesObject): Annotated | undefined {
  const text = metadata.annotations?.[HANDOVER]
  return text === undefined ? undefined : reading(text, kind)
}

function reading(text: string, kind: string): Annotated {
  const { data, flaws, positions } = documentIn(text)
  const workload = `${kind}/it`
  // As if it stood in a platform file. Whether clocks are somewhere is known where the file is (`declarationFault`).
  const around = { timeZone: 'UTC', apps: { it: { workloads: { [workload]: data } } } }
  const within: Path = ['apps', 'it', 'workloads', workload]
  const inside = ({ path }: Flaw) => within.every((part, n) => path[n] === part)
  const more = data === undefined ? [] : [...readShape(around).flaws, ...rules.flatMap((rule) => rule(around))]
  const wrong = [...flaws, ...more.filter(inside).map((f): Flaw => ({ ...f, path: f.path.slice(within.length) }))].map(
    ({ path, message, offset }) => {
      const { line } = positions.place(offset ?? positions.offset(path))
      const at = [...(text.trim().includes('\n') ? [`line ${line}`] : []), ...(path.length > 0 ? [pathText(path)] : [])]
      return presentable([...at, message].join(': '))
    },
  )
  const { data: written } = handover.safeParse(data)
  return wrong.length === 0 && written ? { handover: planned(written) } : { wrong }
}

function documentIn(text: string): Read {
  const word = text.trim()
  if (!/^[\w-]+$/.test(word)) return readDocument(text, BEGIN)
  return { data: { handover: word }, flaws: [], positions: { offset: () => 0, place: () => ({ line: 1, column: 1 }) } }
}
