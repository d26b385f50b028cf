import { readFileSync } from 'node:fs'
import { policyFrom, type Policy } from './authorization/policy.ts'

/** The policies of deploy/iam, by the names of their files: what a worker is given in an account, and here. */
export const policyNames = ['preflight', 'upgrade', 'decommission'] as const

export const policyNamed = (name: (typeof policyNames)[number]): Policy =>
  policyFrom(name, readFileSync(new URL(`../../../deploy/iam/${name}.json`, import.meta.url), 'utf8'))
