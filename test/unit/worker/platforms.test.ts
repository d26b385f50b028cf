import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { platformFiles, stateFiles, unreadable } from '../../../src/worker/platforms.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'norikae-platforms-'))
  await writeFile(join(folder, 'chatwork-prod.yaml'), 'platform: chatwork-prod\n')
  await mkdir(join(folder, 'a-folder.yaml'))
  await symlink(join(folder, 'a-circle.yaml'), join(folder, 'a-circle.yaml'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('a file is told with its text and where it is', async () => {
  expect(await platformFiles(folder)('chatwork-prod')).toEqual({
    name: join(folder, 'chatwork-prod.yaml'),
    text: 'platform: chatwork-prod\n',
  })
})

test('a file that is not there is not an error', async () => {
  expect(await platformFiles(folder)('nowhere')).toBeUndefined()
  expect(await platformFiles(join(folder, 'none'))('chatwork-prod')).toBeUndefined()
})

test.for(['../platforms', 'a/b', '..', '', '/etc/passwd', 'x'.repeat(41)])(
  '"%s" is no name, and nothing is read',
  async (name) => {
    await expect(platformFiles(folder)(name)).rejects.toMatchObject({
      type: 'InvalidInput',
      message: `"${name}" is no name of a platform`,
    })
  },
)

test.for([
  { says: 'a folder', under: [], platform: 'a-folder', code: 'EISDIR', words: 'it is a folder' },
  { says: 'a link in a circle', under: [], platform: 'a-circle', code: 'ELOOP', words: 'leads back to itself' },
  {
    says: 'no folder at all',
    under: ['chatwork-prod.yaml'],
    platform: 'x',
    code: 'ENOTDIR',
    words: 'NORIKAE_PLATFORMS',
  },
])('$says ends the run at once, with path, errno and what to do', async ({ under, platform, code, words }) => {
  const place = join(folder, ...under)
  await expect(platformFiles(place)(platform)).rejects.toMatchObject({
    type: 'InvalidInput',
    nonRetryable: true,
    message: expect.stringContaining(`${join(place, platform)}.yaml: cannot be read (${code})`),
  })
  await expect(platformFiles(place)(platform)).rejects.toThrow(words)
})

test('a state file is read beside them, and from nowhere else', async () => {
  const beside = join(folder, 'terraform')
  await mkdir(beside)
  await writeFile(join(beside, 'eks.tfstate'), '{}')
  const read = stateFiles(folder)
  expect(await read('terraform/eks.tfstate')).toEqual({ name: join(beside, 'eks.tfstate'), text: '{}' })
  expect(await read('terraform/none.tfstate')).toBeUndefined()
  for (const path of ['/etc/passwd', '../x', 'terraform/../../x'])
    await expect(read(path)).rejects.toMatchObject({ type: 'InvalidInput', message: `"${path}" leads elsewhere` })
  await expect(read('terraform')).rejects.toThrow('it is a folder')
})

// Tests may run as root, who may read everything.
test('a file of another user says whose it has to be', () => {
  expect(unreadable('/platforms/chatwork-prod.yaml', 'EACCES').message).toBe(
    '/platforms/chatwork-prod.yaml: cannot be read (EACCES): the worker may not read it. Let its user read it (in the image: node, 1000), then start again. Nothing was started',
  )
})
