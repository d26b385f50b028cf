import { z } from 'zod'
import * as schemas from './schemas.ts'

/** By the name of its file in `schema/`. */
export const files = {
  preflight: schemas.preflight,
  plan: schemas.plan,
  status: schemas.view,
  list: schemas.overview,
  where: schemas.whereabouts,
  requested: schemas.requestedChanges,
  gates: schemas.gates,
  report: schemas.report,
  'watch-event': schemas.change,
  done: schemas.done,
  next: schemas.outlook,
  schedule: schemas.schedule,
  'schedule-done': schemas.scheduleDone,
  batches: schemas.batches,
  signed: schemas.signed,
  key: schemas.key,
  error: schemas.complaint,
  explain: schemas.explanation,
  health: schemas.healthExplained,
  doctor: schemas.examination,
  validate: schemas.validation,
  version: schemas.version,
  webhook: schemas.notice,
} as const

export type SchemaName = keyof typeof files

/** The file's text. Draft 7, which most tools read. */
export const jsonSchema = (name: SchemaName): string =>
  `${JSON.stringify(z.toJSONSchema(files[name], { target: 'draft-7' }), null, 2)}\n`
