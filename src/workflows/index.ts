export { appCutover } from './app-cutover.ts'
export { clusterUpgrade } from './cluster-upgrade.ts'
export { upgradePlan } from './upgrade-plan.ts'
