import { expect, test } from 'vitest'
import { blocker, warning, type Finding } from '../../src/domain/findings.ts'
import { nothing, noting, told } from '../../src/domain/noticed.ts'

const all = (findings: readonly Finding[], environments = 1) =>
  told(findings.reduce(noting(environments), nothing), 'shop test')
const stops = (name: string) => blocker('field-invalid', name, 'no', 'mend it')
const warns = (name: string, message = 'old') => warning('api-deprecated', name, message, 'move')

test('what is warned of many is told once, and how many they are', () => {
  expect(all([warns('a'), warns('b'), warns('c'), warns('d', 'other')])).toEqual([
    warns('a', 'old (and 2 other objects likewise)'),
    warns('d', 'other'),
  ])
})

test('what stops it is told object by object, and first', () => {
  expect(all([warns('a'), stops('b'), stops('c')]).map((f) => f.about)).toEqual(['b', 'c', 'a'])
})

test('of very many some are told, those that stop it before all others', () => {
  const found = all([
    ...Array.from({ length: 30 }, (_, n) => warns('a', `kind ${n}`)),
    ...Array.from({ length: 20_000 }, (_, n) => stops(`thing-${n}`)),
  ])
  expect(found.map((f) => f.level)).toEqual([...Array.from({ length: 20 }, () => 'blocker'), 'info'])
  expect(found.at(-1)).toMatchObject({ code: 'findings-left-out', message: '20010 more were noticed' })
})

test.for([
  { environments: 7, each: 20 },
  { environments: 30, each: 5 },
  { environments: 300, each: 3 },
])('of each of $environments that are tried together $each are told', ({ environments, each }) => {
  const many = Array.from({ length: 25 }, (_, n) => stops(`${n}`))
  const told = all(many, environments)
  expect(told.filter((f) => f.level === 'blocker')).toHaveLength(each)
  expect(told.at(-1)?.message).toBe(`${25 - each} more were noticed`)
})
