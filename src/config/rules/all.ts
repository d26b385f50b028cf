import { amisReplaceLikes } from './amis.ts'
import { argocdIsSomewhere } from './argocd.ts'
import { clocksAreSomewhere } from './calendar.ts'
import { appsDoNotWaitForThemselves } from './circles.ts'
import { cloudWatchIsAskedOneThing } from './cloudwatch.ts'
import { buffersAreMeasured, stoppedPodsAreNotAsked } from './buffers.ts'
import { escalationsLeadOn, gatesAreAsked, quorumsCanBeMet } from './gates.ts'
import { gatewayIsSomewhere, httpRoutesAreOfEnvironments, httpRoutesAreSaidOnce } from './gateway.ts'
import { greenIsAnother } from './green.ts'
import { jobsAreMadeOfSomething } from './check-jobs.ts'
import { datadogIsAskedOfOneSide } from './datadog.ts'
import { checksAreWhole, queriesNameTheCluster } from './health.ts'
import { pagesAreOfRules } from './maintenance.ts'
import { everythingHasAName, listsNameOnce } from './names.ts'
import { terraformIsKnownBySomething } from './owners.ts'
import { platformAppsAreInOneWave, tenantsMoveByThemselves } from './platform-apps.ts'
import { probesAskSomebody } from './probes.ts'
import { recordsAreOfOneApp } from './records.ts'
import type { Rule } from './rule.ts'
import { transformsAreOfCopies, transformsAreOfEnvironments, transformsChangeSomething } from './transforms.ts'
import { approvalsHaveApprovers, deadlinesHaveSomebodyElse, platformTeamHasTwo, teamsAreKnown } from './teams.ts'
import { issuerIsNamed, keysAreOfOnePerson, peopleApprove, signersHaveKeys } from './trust.ts'
import { waiversAreGiven, waiversAreSaidOnce } from './waivers.ts'
import { weightsRise } from './weights.ts'
import { workloadsAreSaidOnce, workloadsFitTheirClass } from './workloads.ts'

export const rules: readonly Rule[] = [
  everythingHasAName,
  listsNameOnce,
  teamsAreKnown,
  platformTeamHasTwo,
  approvalsHaveApprovers,
  deadlinesHaveSomebodyElse,
  gatesAreAsked,
  quorumsCanBeMet,
  escalationsLeadOn,
  clocksAreSomewhere,
  greenIsAnother,
  terraformIsKnownBySomething,
  amisReplaceLikes,
  signersHaveKeys,
  keysAreOfOnePerson,
  peopleApprove,
  issuerIsNamed,
  weightsRise,
  checksAreWhole,
  probesAskSomebody,
  jobsAreMadeOfSomething,
  datadogIsAskedOfOneSide,
  cloudWatchIsAskedOneThing,
  queriesNameTheCluster,
  appsDoNotWaitForThemselves,
  argocdIsSomewhere,
  gatewayIsSomewhere,
  httpRoutesAreOfEnvironments,
  httpRoutesAreSaidOnce,
  workloadsAreSaidOnce,
  workloadsFitTheirClass,
  recordsAreOfOneApp,
  pagesAreOfRules,
  platformAppsAreInOneWave,
  tenantsMoveByThemselves,
  buffersAreMeasured,
  stoppedPodsAreNotAsked,
  transformsChangeSomething,
  transformsAreOfCopies,
  transformsAreOfEnvironments,
  waiversAreGiven,
  waiversAreSaidOnce,
]
