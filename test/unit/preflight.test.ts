import { expect, test } from 'vitest'
import { preflight } from '../../src/cli/render/preflight.ts'
import { blocker, info, warning } from '../../src/domain/findings.ts'
import { aimOf, byTeam } from '../../src/domain/preflight.ts'
import type { Support } from '../../src/domain/scheduled.ts'
import { anApp, anEnvironment } from '../support/builders.ts'
import { problemsWith } from '../cli/valid.ts'

const v = (version: string, support: Support['support'] = 'standard'): Support => ({
  version,
  support,
  isDefault: false,
})
const versions = [v('1.37'), v('1.36'), v('1.35'), v('1.33', 'extended')]
const nothing = { do: 'nothing', because: ['no newer one stays longer'] } as const

test.for([
  {
    says: 'what would be upgraded to',
    from: '1.35',
    decision: { do: 'upgrade', to: '1.36', because: ['1.36 is newest'] } as const,
    to: '1.36',
  },
  { says: 'where nothing is to be done, the newest in standard support', from: '1.35', decision: nothing, to: '1.37' },
  { says: 'blue is the newest: its own', from: '1.37', decision: nothing, to: '1.37' },
  { says: 'nobody may see what blue is: the newest', from: 'unknown', decision: nothing, to: '1.37' },
])('a preflight is for $says', ({ from, decision, to }) => {
  expect(aimOf({ platform: 'chat', from, decision, versions })).toEqual({ to, because: decision.because })
})

test('while an upgrade is open nothing is guessed: it has its own findings', () => {
  const decision = { do: 'nothing', because: ['an upgrade to 1.36 is open already'] } as const
  expect(aimOf({ platform: 'chat', from: '', decision, versions })).toEqual({
    fault: expect.stringMatching(/^an upgrade to 1\.36 is open already\. What it found: norikae status chat\. /),
  })
})

test('where neither blue nor a version may be seen, somebody says for which', () => {
  const decision = { do: 'nothing', because: ['the worker may not look'] } as const
  expect(aimOf({ platform: 'chat', from: 'unknown', decision, versions: [] })).toEqual({
    fault: 'the worker may not look. For all that is missing: norikae preflight chat --to <version>',
  })
})

const apps = [
  anApp('web', { team: 'scala', environments: [anEnvironment('production', { namespaces: ['web-prod'] })] }),
  anApp('mail', { team: 'php', environments: [anEnvironment('test', { namespaces: ['mail-test'] })] }),
]
const platform = { apps, platformTeam: 'sre' }

test.for([
  { about: 'Deployment/web-prod/api', team: 'scala' },
  { about: 'mail-test/binding', team: 'php' },
  { about: 'mail-test a-claim', team: 'php' },
  { about: 'mail test', team: 'php' },
  { about: 'web → mail', team: 'scala' },
  { about: 'CronJob/kube-system/web', team: 'sre' },
  { about: 'ECR 123 in ap-northeast-1', team: 'sre' },
  // A node group may have the name of an app.
  { about: 'web', code: 'nodegroup-al2', team: 'sre' },
  { about: 'mail', code: 'role-requested', team: 'sre' },
])('$about is for $team to act on', ({ about, team, code = 'some-code' }) => {
  expect(byTeam(platform, [warning(code, about, 'it is so', 'mend it')], []).map((t) => t.team)).toEqual([team])
})

const found = (level: typeof blocker, about: string) => level('some-code', about, 'it is so', 'mend it')
const teams = byTeam(
  platform,
  [found(info, 'blue'), found(warning, 'mail-test/a'), found(warning, 'web-prod/a')],
  [{ team: 'scala', findings: [found(blocker, 'web-prod/b')] }],
)

test('who has a blocker comes first, and their blockers first; then the platform team', () => {
  expect(teams.map(({ team, findings }) => [team, findings.map((f) => f.about)])).toEqual([
    ['scala', ['web-prod/b', 'web-prod/a']],
    ['php', ['mail-test/a']],
    ['sre', ['blue']],
  ])
})

const it = { platform: 'chat', blue: 'chat-1-35', green: 'chat-1-36', from: '1.35', to: '1.36', because: [], teams }

test('a page says each finding with place, reason, remedy and code, and at its end whether an upgrade would go on', () => {
  const screen = { width: 100, colour: false, now: '2026-11-24T00:00:00Z' }
  const page = preflight({ ...it, blockers: 1 }, screen)
  expect(page).toContain('scala: 1 blocker, 1 warning\n')
  expect(page).toContain('✖ blocker  web-prod/b  some-code\n    it is so\n  → mend it\n')
  expect(page).toContain('sre: 1 to know\n')
  expect(page.split('\n').at(-1)).toBe('✖ 1 blocker: an upgrade would end before anything is built')
  expect(preflight({ ...it, teams: [], blockers: 0 }, screen)).toMatch(/\n✔ no blockers/)
  expect(problemsWith('preflight', { ...it, blockers: 1 })).toEqual([])
})
