import { request } from 'node:http'
import { expect, test } from 'vitest'
import { Metrics } from '../../../src/sandbox/aws/cloudwatch.ts'
import { AppFaults } from '../../../src/sandbox/traffic/app-faults.ts'
import { startPodNetwork } from '../../../src/sandbox/traffic/pods.ts'
import { startProxy } from '../../../src/sandbox/traffic/proxy.ts'

const arn = 'arn:aws:elasticloadbalancing:r:1'
const rule = {
  ruleArn: `${arn}:listener-rule/app/shared/1/2/3`,
  hosts: ['chat.test'],
  forward: [{ targetGroupArn: `${arn}:targetgroup/web/9`, weight: 1 }],
}
const pod = {
  id: 'p',
  ip: '10.1.0.1',
  name: 'web',
  namespace: 'web',
  cluster: 'b',
  ready: true,
  terminating: false,
  labels: { app: 'web' },
  annotations: { 'sandbox.norikae.io/role': 'web' },
}

test('what a load balancer serves is counted of its target group, and failures and refusals where there are any', async () => {
  const faults = new AppFaults(() => 'b')
  const network = await startPodNetwork({ faults, answered: () => undefined })
  const metrics = new Metrics()
  const proxy = await startProxy({
    elbv2: { rules: () => [rule], serving: () => [{ id: pod.ip, port: 8080 }] },
    pods: network.url,
    answered: (answer) => metrics.answered(answer),
    unanswered: (request) => metrics.unanswered(request),
    listens: (ip) => network.listens(ip),
    timeoutMs: 100,
  })
  network.see(pod, 'ready')
  const get = () =>
    new Promise((resolve, reject) => {
      request(proxy.url, { headers: { host: 'chat.test' } }, (answer) => answer.resume().on('end', resolve))
        .on('error', reject)
        .end()
    })
  const counted = (metric: string) => {
    const dimensions = { TargetGroup: 'targetgroup/web/9', LoadBalancer: 'app/shared/1' }
    const minutes = metrics.between({ namespace: 'AWS/ApplicationELB', metric, dimensions }, 0, Infinity)
    return minutes.flatMap(([, values]) => values).length
  }
  const names = ['RequestCount', 'TargetResponseTime', 'HTTPCode_Target_5XX_Count', 'TargetConnectionErrorCount']
  const all = () => names.map(counted)
  try {
    await get()
    expect(all()).toEqual([1, 1, 0, 0])
    faults.set('fails', { app: 'web', rate: 1 })
    await get()
    expect(all()).toEqual([2, 2, 1, 0])
    // Connected to, and not answered in time: counted of the load balancer, and of no group.
    faults.set('slow', { app: 'web', addedMs: 200 })
    await get()
    expect(all()).toEqual([3, 2, 1, 0])
    network.see(pod, 'gone')
    await get()
    expect(all()).toEqual([4, 2, 1, 1])
  } finally {
    await proxy.stop()
    await network.stop()
  }
})
