import { afterAll, beforeAll } from 'vitest'
import { serverUnderTest, type ServerUnderTest } from '../../contract/servers.ts'
import type { WorldUnderTest } from '../../contract/workload-actions.ts'
import { scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'

/** The stand-ins, as contract tests see them. */
export async function worldOf(clusters: TwoClusters): Promise<WorldUnderTest & Pick<TwoClusters, 'aws'>> {
  const { ports, activities, aws } = clusters
  const { ec2, instances } = aws
  const [blue, green] = [await serverOf(clusters, scope.blue), await serverOf(clusters, scope.green)]
  return { activities, ports, ec2, instances, aws, blue, green }
}

/** A cluster that its worker administers. */
export async function serverOf({ ports, cluster }: TwoClusters, name: string): Promise<ServerUnderTest> {
  const port = await ports.kubernetes(scope.region, name)
  return serverUnderTest(name, cluster(name).kubeconfig, { port, admin: port })
}

/** Two clusters for all tests of a file. */
export function aWorldForAll(): () => WorldUnderTest {
  let clusters: TwoClusters
  let world: WorldUnderTest
  beforeAll(async () => {
    clusters = await twoClusters()
    world = await worldOf(clusters)
  })
  afterAll(() => clusters.stop())
  return () => world
}
