import { expect, test } from 'vitest'
import { examiningActivities } from '../../../src/activities/examining.ts'
import { foreseeingActivities } from '../../../src/activities/foreseeing.ts'
import type { Outside } from '../../../src/activities/outside.ts'
import { fileNow } from '../../../src/activities/platform-files.ts'
import { ending } from '../../support/driven.ts'
import { aPlatformFile } from '../config/a-platform-file.ts'

const asked: string[] = []
const outside: Partial<Outside> = {
  platformFile: (platform) => {
    asked.push(platform)
    return Promise.resolve({ name: 'chat.yaml', text: aPlatformFile })
  },
}
const { examine } = examiningActivities(outside as Outside) // all that these ask of it
const { foresee, lookAgain } = foreseeingActivities(outside as Outside)
const looks = {
  examine: (request: object) => ending(examine, { organ: 'teams', ...request } as never),
  foresee: (request: object) => ending(foresee, request as never),
  lookAgain: (request: object) => ending(lookAgain, { to: '1.36', ...request } as never),
}
type Look = keyof typeof looks

test.for<[Look, object, string[], string]>([
  ['examine', { platform: '../secret' }, [], 'platform "../secret" is no name: '],
  ['foresee', { platform: '../secret' }, [], 'platform "../secret" is no name: '],
  ['lookAgain', { platform: '../secret' }, [], 'platform "../secret" is no name: '],
  ['examine', { platform: 7 }, [], 'platform is missing, or not a text'],
  ['foresee', {}, [], 'platform is missing, or not a text'],
  ['examine', { platform: '', file: 5 }, [], 'platform is missing, or not a text\nfile is not the text of'],
  ['foresee', { platform: 'chat', file: 5 }, [], 'file is not the text of a platform file'],
  ['examine', { platform: 'talk' }, ['talk'], 'the request is for platform talk, and chat.yaml describes chat'],
  ['examine', { platform: 'talk', file: aPlatformFile }, [], 'talk.yaml describes chat'],
  ['foresee', { platform: 'talk' }, ['talk'], 'the request is for platform talk, and chat.yaml describes chat'],
])('%s of %j is refused for good', async ([look, request, files, why]) => {
  asked.length = 0
  const { type, message } = await looks[look](request)
  expect([type, message, asked]).toEqual(['InvalidInput', expect.stringContaining(why), files])
})

test.for<[string, string | undefined, string | undefined, string]>([
  ['that was sent along', undefined, 'sent', 'sent'],
  ['that the worker keeps', 'own', undefined, 'own'],
  ['that was sent along, where nobody proves anything', 'own', 'sent', 'sent'],
  ['that the worker keeps now, where that asks for proof', 'own, signed', 'sent', 'own, signed'],
])('an upgrade that began long ago goes by the file %s', async ([, own, sent, counts]) => {
  const textOf = (which: string) =>
    `${aPlatformFile}soak: ${{ own: '1d', sent: '2d', 'own, signed': '3d' }[which] ?? ''}\n${
      which.includes('signed') ? 'trust: oidc\noidc: { issuer: https://login.example.com }\n' : ''
    }`
  const platformFile = async () => (own === undefined ? undefined : { name: 'chat.yaml', text: textOf(own) })
  const file = await fileNow({ platformFile }, { platform: 'chat', ...(sent !== undefined && { file: textOf(sent) }) })
  expect(file.soak).toBe({ own: '1d', sent: '2d', 'own, signed': '3d' }[counts])
})
