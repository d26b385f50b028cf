import type { Mapping } from '../find.ts'
import type { Flaw } from '../problem.ts'

/**
 * What a platform file must hold to beyond its shape. It is asked beside the shape's own check, of data of any shape:
 * what it cannot read it leaves to that.
 */
export type Rule = (file: Mapping) => readonly Flaw[]
