export { appCutover } from './app-cutover.ts'
export { clusterUpgrade } from './cluster-upgrade.ts'
export { examination } from './examination.ts'
export { upgradePlan } from './upgrade-plan.ts'
