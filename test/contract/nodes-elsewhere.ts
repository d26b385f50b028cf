import { expect, test } from 'vitest'
import { nodesElsewhere } from '../../src/domain/nodes-elsewhere.ts'
import { scope } from '../support/small-world.ts'
import { aLostNode } from './nodes.ts'
import type { WorldUnderTest } from './workload-actions.ts'

/** Which nodes EKS has not started goes by what a cluster lists itself, with the rights of the worker. */
export function nodesElsewhereContract(of: () => WorldUnderTest): void {
  test('a node that EKS has not started is known by the id of its instance', async () => {
    const { blue } = of()
    const [node, id] = ['elsewhere-1.ec2.internal', 'i-0e15e00000000001']
    await aLostNode(blue, node, `aws:///ap-northeast-1a/${id}`)
    const nodes = await blue.port.list('Node')
    await blue.admin.remove('Node', undefined, node)
    const running = { id, type: 'm7i.large', zone: 'ap-northeast-1a', vcpus: 2, spot: false, cluster: scope.blue }
    expect(nodesElsewhere(scope.blue, nodes, [running])).toMatchObject([{ level: 'blocker', code: 'nodes-elsewhere' }])
    expect(nodesElsewhere(scope.blue, nodes, [{ ...running, id: 'i-0ba5710000000001' }])).toEqual([])
  })
}
