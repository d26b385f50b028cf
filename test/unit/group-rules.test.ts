import { expect, test } from 'vitest'
import {
  missingRules,
  ownRuleFindings,
  ruleCommand,
  ruleFindings,
  ruleInWords,
  type GroupRule,
} from '../../src/domain/group-rules.ts'
import { deployNotice, wantedBy } from '../../src/domain/notices.ts'
import { act } from '../../src/domain/steps.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import { leaves } from '../../src/domain/steps.ts'
import { aPlatform, clusterFacts } from '../support/builders.ts'

const rule: GroupRule = { group: 'sg-0db', name: 'orders-db', direction: 'in', protocol: 'tcp', from: 5432, to: 5432 }
const all: GroupRule = { group: 'sg-0db', name: 'orders-db', direction: 'in', protocol: '-1' }

test.for([
  ['nothing', [], true],
  ['the same rule', [rule], false],
  ['a wider range', [{ ...rule, from: 5000, to: 6000 }], false],
  ['everything', [all], false],
  ['all ports of its protocol', [{ group: 'sg-0db', name: '', direction: 'in', protocol: 'tcp' }], false],
  ['a narrower range', [{ ...rule, from: 5433, to: 5433 }], true],
  ['the other direction', [{ ...rule, direction: 'out' }], true],
  ['another protocol', [{ ...rule, protocol: 'udp' }], true],
  ['another group', [{ ...rule, group: 'sg-0cache' }], true],
] as const satisfies readonly (readonly [string, readonly GroupRule[], boolean])[])(
  'with %s green lacks the rule or not',
  ([, green, lacks]) => expect(missingRules([rule], green)).toEqual(lacks ? [rule] : []),
)

test('what lets all ports in is not had by one port', () => expect(missingRules([all], [rule])).toEqual([all]))

test.for([
  [
    rule,
    'sg-0db (orders-db) in tcp 5432',
    "aws ec2 authorize-security-group-ingress --group-id sg-0db --ip-permissions 'IpProtocol=tcp,FromPort=5432,ToPort=5432,UserIdGroupPairs=[{GroupId=sg-0green}]'",
  ],
  [
    { ...all, direction: 'out' },
    'sg-0db (orders-db) out everything',
    "aws ec2 authorize-security-group-egress --group-id sg-0db --ip-permissions 'IpProtocol=-1,UserIdGroupPairs=[{GroupId=sg-0green}]'",
  ],
] as const)('%#: in words, and as a command', ([of, words, command]) => {
  expect(ruleInWords(of)).toBe(words)
  expect(ruleCommand(of, 'sg-0green')).toBe(command)
})

test('each rule is told before, and waited for once green has its nodes', () => {
  expect(ruleFindings([rule])).toMatchObject([
    { level: 'warning', code: 'security-group-rule', about: ruleInWords(rule) },
  ])
  const steps = (facts: typeof clusterFacts) =>
    leaves(planUpgrade(aPlatform(), facts, []).phases.find((p) => p.name === 'provision')?.forward ?? []).map(
      (s) => s.id,
    )
  expect(steps({ ...clusterFacts, groupRules: true }).at(-1)).toBe('network/rules')
  expect(steps(clusterFacts)).not.toContain('network/rules')
})

test('who has to see to it is told what, and where the rules stand', () => {
  const subject = { platform: 'toy', account: '1', region: 'r', blue: 'toy-1-35', green: 'toy-1-36', team: 'sre' }
  const from = { workflowId: 'cluster-upgrade/toy', runId: 'run', platform: 'toy' }
  expect(deployNotice(from as never, subject, 'network/rules', 1, 0).title).toMatch(
    /^let toy-1-36 in wherever security groups let toy-1-35 in; .*: norikae requested toy$/,
  )
  expect(deployNotice(from as never, subject, 'network/tags', 1, 0).title).toMatch(
    /^tag subnets and security groups for toy-1-36 as they are for toy-1-35; /,
  )
  expect(deployNotice(from as never, subject, 'identity/provider', 1, 0).title).toMatch(
    /^make an OIDC provider in IAM for the issuer of toy-1-36, as toy-1-35 has one; .*: norikae requested toy$/,
  )
  expect(deployNotice(from as never, subject, 'identity/requested', 1, 0).title).toMatch(
    /^let pods of toy-1-36 act as IAM roles that are yours, .*: norikae requested toy --out <folder>$/,
  )
  const place = { app: 'api', environment: 'production', namespaces: ['api'], on: 'green' as const }
  expect(wantedBy(act('production/roles-elsewhere', 'awaitRolesElsewhere', place), subject)).toMatch(
    /^have IAM roles of other accounts let in pods of api production on toy-1-36, .*: norikae requested toy$/,
  )
  expect(wantedBy(act('production/roles', 'proveRoles', place), subject)).toBeUndefined()
  expect(deployNotice(from as never, subject, 'argocd/registered', 1, 0).title).toMatch(/^register toy-1-36/)
})

test.for([
  ['what EKS made itself', { source: 'sg-0blue', protocol: '-1' }, []],
  ['a load balancer', { source: 'sg-0alb', protocol: 'tcp', from: 80, to: 90 }, ['sg-0blue in tcp 80-90 from sg-0alb']],
  [
    'a VPN',
    { source: '10.8.0.0/16', protocol: '-1', description: 'VPN' },
    ['sg-0blue in everything from 10.8.0.0/16 (VPN)'],
  ],
  ['a controller', { source: 'sg-0lbc', protocol: 'tcp', description: 'elbv2.k8s.aws/targetGroupBinding=shared' }, []],
] as const)('what lets %s into blue is told where green would lack it', ([, of, about]) => {
  const found = ownRuleFindings('sg-0blue', [{ description: '', ...of }])
  expect(found.map((f) => [f.level, f.code, f.about])).toEqual(
    about.map((it) => ['warning', 'security-group-own-rule', it]),
  )
})
