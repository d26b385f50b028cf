import { describe, expect, test } from 'vitest'
import { changed, problemsIn } from './a-platform-file.ts'

describe('what a later release reads is refused by name', () => {
  test.for([
    {
      says: 'a route by Route 53',
      from: '    team: scala\n',
      to: '    team: scala\n    route: { route53: api.example.com }\n',
      gives: [
        '21:5  apps.api.route: is not supported yet; leave it out: listener rules of load balancers are found by their TargetGroupBindings, and maintenance puts a page in front of them',
      ],
    },
    {
      says: 'a route by the Gateway API',
      from: '    team: scala\n',
      to: '    team: scala\n    route: { gateway: web }\n',
      gives: [
        '21:5  apps.api.route: is not supported yet; leave it out: listener rules of load balancers are found by their TargetGroupBindings, and maintenance puts a page in front of them',
      ],
    },
    {
      says: 'no route',
      from: '    team: scala\n',
      to: '    team: scala\n    route: none\n',
      gives: [
        '21:5  apps.api.route: is not supported yet; leave it out: listener rules of load balancers are found by their TargetGroupBindings, and maintenance puts a page in front of them',
      ],
    },
    {
      says: "an environment's window",
      from: 'test: {}',
      to: "test: { window: 'Wed 10:00-11:00' }",
      gives: [
        '16:11  environments.test.window: is not supported yet; write hours for the whole platform, or a window for a workload of an app',
      ],
    },
  ])('$says', ({ from, to, gives }) => expect(problemsIn(changed(from, to))).toEqual(gives))
})
