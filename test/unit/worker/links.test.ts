import { expect, test } from 'vitest'
import { workflowUrl } from '../../../src/worker/links.ts'

test.for([
  ['https://temporal.test', 'cluster-upgrade/chat/app/api'],
  ['https://temporal.test/', 'cluster-upgrade/chat/app/api'],
])('a run of a workflow whose id has slashes is found at %s', ([ui = '', id = '']) => {
  expect(workflowUrl(ui, 'teams/a')(id, 'run-1')).toBe(
    'https://temporal.test/namespaces/teams%2Fa/workflows/cluster-upgrade%2Fchat%2Fapp%2Fapi/run-1/history',
  )
})
