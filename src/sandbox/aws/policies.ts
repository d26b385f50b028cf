import { readFileSync } from 'node:fs'
import type { PolicyName } from '../types.ts'
import { policyFrom, type Policy } from './authorization/policy.ts'

/** The policies of deploy/iam, by the names of their files: what a worker is given in an account, and here. */
export const policyNames: readonly PolicyName[] = ['preflight', 'upgrade', 'move', 'decommission']

export const policyNamed = (name: PolicyName): Policy =>
  policyFrom(name, readFileSync(new URL(`../../../deploy/iam/${name}.json`, import.meta.url), 'utf8'))
