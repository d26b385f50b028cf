import { scope, type SmallWorld } from './small-world.ts'

/** Blue with one node group, and nothing on it. */
export const seedBlue = ({ aws }: SmallWorld) =>
  aws.eks.seedCluster({
    name: scope.blue,
    version: '1.35',
    nodegroups: [{ name: 'general', size: 1, min: 1, max: 2, labels: {} }],
    addons: [],
    tags: {},
  })

/** A platform file of one team and one environment, and whatever else it is to say. */
export const aSmallFile = (more = ''): string => `apiVersion: norikae.io/v1
platform: ${scope.platform}
account: "${scope.account}"
region: ${scope.region}
health: { prometheus: { url: http://prometheus:9090 } }
teams: { sre: { approvers: [aoki@example.com, baba@example.com] } }
platformTeam: sre
environments: { test: {} }
${more}`
