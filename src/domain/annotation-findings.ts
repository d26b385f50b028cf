import * as annotations from './annotations.ts'
import { record } from './fields.ts'
import { blocker, type Finding } from './findings.ts'
import { nameOf, type KubernetesObject } from './kubernetes-objects.ts'

/** Annotations that look like ones for Norikae, and that nobody reads: what a team meant to say would be lost silently. */

const PREFIX = 'norikae.io/'
const known: ReadonlySet<string> = new Set(Object.values(annotations))

/** Said in the platform file, by the team that runs the platform; people look for them as annotations too. */
const inFile: Readonly<Record<string, string>> = {
  'moves-with': 'apps.<app>.movesWith',
  'depends-on': 'apps.<app>.dependsOn',
  team: 'apps.<app>.team, or by the label of its namespace',
  deploy: 'apps.<app>.deploy',
}

/** Of a namespace, or of a workload that nothing else makes. */
export function annotationFindings(object: KubernetesObject): Finding[] {
  const about = object.kind === 'Namespace' ? object.metadata.name : nameOf(object)
  const own = ours(object.metadata.annotations)
  return [
    ...own
      .filter((key) => !known.has(key))
      .map((key) => blocker('annotation-unknown', about, `nobody reads its annotation ${key}`, remedy(key))),
    ...own
      .filter((key) => isMisplaced(key, object.kind))
      .map((key) =>
        blocker(
          'annotation-unknown',
          about,
          `nobody reads ${key} on a ${object.kind}`,
          key === annotations.JOB ? 'put it on the Job itself' : 'put it on the workload itself',
        ),
      ),
    ...templatesOf(object).flatMap(({ at, keys }) =>
      keys.map((key) =>
        blocker(
          'annotation-unknown',
          about,
          `nobody reads ${key} in ${at}`,
          key === annotations.JOB
            ? 'take it out: it is for Jobs that nothing else makes'
            : `put it into metadata.annotations of the ${object.kind}`,
        ),
      ),
    ),
  ]
}

const ours = (all: object | undefined): string[] => Object.keys(all ?? {}).filter((key) => key.startsWith(PREFIX))

const isMisplaced = (key: string, kind: string): boolean =>
  key === annotations.JOB || (key === annotations.HANDOVER && kind === 'Namespace')

function remedy(key: string): string {
  const place = inFile[key.slice(PREFIX.length)]
  return place === undefined
    ? `a workload says how it changes sides by ${annotations.HANDOVER}, a Job what it is by ${annotations.JOB}; mend its name, or take it out`
    : `say it in the platform file, ${place}, and take it out here`
}

/** Where annotations of workloads often end up: pods do not say how what makes them changes sides. */
function templatesOf({ kind, spec = {} }: KubernetesObject): { readonly at: string; readonly keys: string[] }[] {
  const job = record(spec['jobTemplate'])
  const places: readonly (readonly [string, unknown])[] =
    kind === 'CronJob'
      ? [
          ['spec.jobTemplate.metadata.annotations', job['metadata']],
          ['spec.jobTemplate.spec.template.metadata.annotations', record(record(job['spec'])['template'])['metadata']],
        ]
      : [['spec.template.metadata.annotations', record(spec['template'])['metadata']]]
  return places.map(([at, metadata]) => ({ at, keys: ours(record(record(metadata)['annotations'])) }))
}
