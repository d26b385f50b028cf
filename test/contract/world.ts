import { request } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  CreateClusterCommand,
  CreateNodegroupCommand,
  DeleteClusterCommand,
  DeleteNodegroupCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  EKSClient,
} from '@aws-sdk/client-eks'
import {
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { describe, expect, test } from 'vitest'
import { bufferPresets } from '../../src/domain/buffer-presets.ts'
import { filled } from '../../src/domain/checks.ts'
import { appObjects, platformAppObjects } from '../../src/sandbox/seed/objects.ts'
import { apps, platformApps } from '../../src/sandbox/seed/apps.ts'
import type { World } from '../../src/sandbox/world.ts'
import { eventually } from '../support/eventually.ts'
import { anEksToken } from '../sandbox/world/eks-tokens.ts'

const BLUE = 'chatwork-prod-1-35'
const GREEN = 'chatwork-prod-1-36'

/** A real control plane takes its time to come and to go. */
const SLOWLY = { withinMs: 60_000 }

/** What the sandbox's world does, whoever plays its control planes. Its tests are in an order: each goes on from the one before. */
export function worldContract(world: () => World): void {
  const client = () => {
    const { endpoint, region } = world().info().aws
    return { endpoint, region, credentials: world().aws.admin }
  }
  const eks = { send: ((command: never) => new EKSClient(client()).send(command)) as EKSClient['send'] }
  const elb = {
    send: ((command: never) =>
      new ElasticLoadBalancingV2Client(client()).send(command)) as ElasticLoadBalancingV2Client['send'],
  }

  const judged = () => world().judge.judgement()

  async function metric(query: string): Promise<number | undefined> {
    const answer = await fetch(
      `${world().info().prometheus.url}/api/v1/query?${String(new URLSearchParams({ query }))}`,
    )
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } } // a vector was asked for
    return data.result[0] && Number(data.result[0].value[1])
  }

  /** The status of a request to a cluster's API server. */
  async function asked(cluster: string, bearer: string, method = 'GET', path = ''): Promise<number | undefined> {
    const { cluster: found } = await eks.send(new DescribeClusterCommand({ name: cluster }))
    const ca = Buffer.from(found?.certificateAuthority?.data ?? '', 'base64')
    return new Promise((resolve, reject) => {
      request(`${found?.endpoint}/api/v1/namespaces${path}`, {
        method,
        ca,
        agent: false,
        headers: { authorization: `Bearer ${bearer}` },
      })
        .on('response', (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end()
    })
  }

  test('traffic flows to blue with nothing dropped', async () => {
    await eventually('300 answers', () => judged().requests.answered >= 300, SLOWLY)
    const { requests, singletonOverlapMs, bufferedLost, leftovers } = judged()
    expect(requests.lastDropped).toEqual([])
    expect(requests).toMatchObject({ dropped: 0, failed: 0 })
    expect(Object.values(requests.byHost).filter((h) => h.sent === 0)).toEqual([])
    expect({ singletonOverlapMs, bufferedLost, leftovers }).toEqual({
      singletonOverlapMs: 0,
      bufferedLost: 0,
      leftovers: [],
    })
  })

  test('Prometheus counts what the load sends, and the buffers hold a little', async () => {
    const rate = 'sum(rate(http_requests_total{cluster="chatwork-prod-1-35"}[10s]))'
    await eventually('a rate', async () => ((await metric(rate)) ?? 0) > 50, SLOWLY)
    expect(await metric('sum(rate(http_requests_total{code="500"}[10s]))')).toBe(0)
    await eventually('log records', async () => (await metric('sum(fluentd_output_status_buffer_queue_length)')) ?? 0)
    await eventually('mails', async () => (await metric('sum(postfix_showq_message_size_bytes_count)')) ?? 0)
    for (const [name, { depth }] of [
      ['fluentd', bufferPresets.fluentd],
      ['postfix', bufferPresets.postfix],
    ] as const)
      expect(await metric(filled(depth, { cluster: BLUE, namespaces: [name] })), name).toBeGreaterThanOrEqual(0)
    expect(await metric('sum(kube_deployment_status_replicas_ready{namespace="files-production"})')).toBe(2)
  })

  test.for([
    { says: 'an EKS token of the sandbox’s identity opens blue', token: {}, status: 200 },
    { says: 'one for another cluster does not', token: { cluster: GREEN }, status: 401 },
    { says: 'nor one with another secret', token: { secret: 'guessed' }, status: 401 },
    { says: 'nor any other word', token: 'admin', status: 401 },
  ])('$says', async ({ token, status }) => {
    const bearer = typeof token === 'string' ? token : await anEksToken(world().info().aws, 'chatwork-prod-1-35', token)
    expect(await asked('chatwork-prod-1-35', bearer)).toBe(status)
  })

  test('what is asked of a cluster is listed with who asked, and while it is silent it answers nothing', async () => {
    const bearer = await anEksToken(world().info().aws, BLUE)
    expect(await asked(BLUE, bearer, 'GET', '/files-test')).toBe(200)
    const [blue] = world().clusters()
    if (!blue) throw new Error('there is no blue')
    await eventually('it is listed', () =>
      blue.calls().some((c) => c.path === '/api/v1/namespaces/files-test' && c.user.includes('assumed-role/norikae')),
    )
    blue.silent = true
    // Whether it is answered when the silence is over is the server's affair: a client has given up by then.
    const unheard = asked(BLUE, bearer, 'GET', '/files-test').catch(() => undefined)
    await expect(Promise.race([unheard, sleep(1_000, 'silence')])).resolves.toBe('silence')
    blue.silent = false
    expect(await asked(BLUE, bearer, 'GET', '/files-test')).toBe(200)
  })

  describe('a second cluster, made with the real SDK', () => {
    const host = 'files.test.chatwork.test'
    const files = apps.find((a) => a.name === 'files')

    test('appears, opens to who has an access entry, and takes a route over with nothing dropped', async () => {
      const { cluster } = await eks.send(
        new CreateClusterCommand({
          name: GREEN,
          version: '1.36',
          roleArn: 'arn:aws:iam::123456789012:role/eks-cluster',
          resourcesVpcConfig: { subnetIds: ['subnet-0a1a1a1a1a1a1a1a1', 'subnet-0c2c2c2c2c2c2c2c2'] },
          accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
        }),
      )
      expect(cluster?.status).toBe('CREATING')
      await eventually(
        'green is ACTIVE',
        async () => {
          const { cluster } = await eks.send(new DescribeClusterCommand({ name: GREEN }))
          return cluster?.status === 'ACTIVE'
        },
        SLOWLY,
      )
      expect(world().info().clusters.green).toMatchObject({ name: GREEN, version: '1.36' })
      const bearer = await anEksToken(world().info().aws, GREEN)
      expect(await asked(GREEN, bearer)).toBe(403)
      const entry = { clusterName: GREEN, principalArn: world().aws.identity.roleArn }
      await eks.send(new CreateAccessEntryCommand(entry))
      await eks.send(
        new AssociateAccessPolicyCommand({
          ...entry,
          policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
          accessScope: { type: 'cluster' },
        }),
      )
      // An API server keeps for ten seconds whom a token stands for.
      await eventually('it is let in', async () => (await asked(GREEN, bearer)) === 200, SLOWLY)

      await eks.send(
        new CreateNodegroupCommand({
          clusterName: GREEN,
          nodegroupName: 'general',
          subnets: ['subnet-0a1a1a1a1a1a1a1a1'],
          nodeRole: 'arn:aws:iam::123456789012:role/eks-node',
          scalingConfig: { minSize: 1, maxSize: 3, desiredSize: 2 },
        }),
      )
      const green = world()
        .clusters()
        .find((c) => c.name === GREEN)
      if (!green || !files) throw new Error('green has no API server')
      const rule = world()
        .aws.elbv2.rules()
        .find((r) => r.hosts.includes(host))
      const { TargetGroups = [] } = await elb.send(
        new CreateTargetGroupCommand({
          Name: 'files-test-1-36',
          Protocol: 'HTTP',
          Port: 8080,
          VpcId: 'vpc-0a1b2c3d4e5f60718',
          TargetType: 'ip',
          HealthCheckPath: '/healthz',
        }),
      )
      const [before, arn] = [rule?.forward[0]?.targetGroupArn, TargetGroups[0]?.TargetGroupArn]
      if (!rule || !before || !arn) throw new Error('there is no rule for files')
      const weigh = (blue: number, greens: number) =>
        elb.send(
          new ModifyRuleCommand({
            RuleArn: rule.ruleArn,
            Actions: [
              {
                Type: 'forward',
                ForwardConfig: {
                  TargetGroups: [
                    { TargetGroupArn: before, Weight: blue },
                    { TargetGroupArn: arn, Weight: greens },
                  ],
                },
              },
            ],
          }),
        )
      await weigh(100, 0)
      for (const object of [...platformApps.flatMap(platformAppObjects), ...appObjects(files, 'test', arn)])
        await green.apply(object)
      await eventually(
        'green’s target is healthy',
        async () => {
          const { TargetHealthDescriptions = [] } = await elb.send(
            new DescribeTargetHealthCommand({ TargetGroupArn: arn }),
          )
          return TargetHealthDescriptions.some((t) => t.TargetHealth?.State === 'healthy')
        },
        SLOWLY,
      )
      await weigh(0, 100)
      const onGreen = `sum(increase(http_requests_total{cluster="${GREEN}",app="files"}[1m]))`
      await eventually('requests on green', async () => ((await metric(onGreen)) ?? 0) > 2, SLOWLY)
      expect(judged().requests.lastDropped).toEqual([])
      expect(judged().bufferedLost).toBe(0)
      expect(judged().leftovers.map((l) => l.what)).toEqual([`clusters chatwork-prod-1-35, ${GREEN}`])

      await weigh(100, 0)
      await elb.send(
        new ModifyRuleCommand({
          RuleArn: rule.ruleArn,
          Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: before, Weight: 100 }] } }],
        }),
      )
      await elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: arn }))
    })

    test('and goes, with nothing left of it', async () => {
      const waiting = `sum(increase(http_requests_total{cluster="${GREEN}"}[3s]))
      + sum(fluentd_output_status_buffer_queue_length{cluster="${GREEN}"}) + sum(postfix_showq_message_size_bytes_count{cluster="${GREEN}"})`
      await eventually('green is quiet and its buffers empty', async () => (await metric(waiting)) === 0)
      const bearer = await anEksToken(world().info().aws, GREEN)
      expect(await asked(GREEN, bearer, 'DELETE', '/files-test')).toBe(200)
      await eventually(
        'its namespace is gone, binding and all',
        async () => (await asked(GREEN, bearer, 'GET', '/files-test')) === 404,
        SLOWLY,
      )
      await eks.send(new DeleteNodegroupCommand({ clusterName: GREEN, nodegroupName: 'general' }))
      await eventually('its nodes are gone', () =>
        eks.send(new DescribeNodegroupCommand({ clusterName: GREEN, nodegroupName: 'general' })).then(
          () => false,
          (error: Error) => error.name === 'ResourceNotFoundException',
        ),
      )
      await eks.send(new DeleteClusterCommand({ name: GREEN }))
      await eventually('one API server', () => world().clusters().length === 1, SLOWLY)
      await eventually('a clean inventory', () => judged().leftovers.length === 0)
      expect(world().info().clusters.green).toBeUndefined()
      expect(judged()).toMatchObject({ requests: { dropped: 0, failed: 0 }, singletonOverlapMs: 0, bufferedLost: 0 })
    })
  })
}
