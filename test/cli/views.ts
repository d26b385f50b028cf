import type { Screen } from '../../src/cli/render/lines.ts'
import type { OpenGate, UpgradeView } from '../../src/client/shapes.ts'
import { gatesOf } from '../../src/client/gates.ts'
import type { AppStanding, CutoverStatus, UpgradeStatus } from '../../src/domain/messages.ts'
import type { Status, Waiting } from '../../src/domain/status.ts'

/** What the queries answer, with good defaults, at one moment. */

export const now = '2026-11-24T04:00:00.000Z'
export const ago = (minutes: number): string => new Date(Date.parse(now) - minutes * 60_000).toISOString()

export const aWaiting = (gate: string, more: Partial<Waiting> = {}): Waiting => ({
  gate,
  what: 'move production to green',
  since: ago(4),
  who: ['scala'],
  people: ['chiba', 'doi'],
  needs: '0 of 1: approve or reject',
  send: (['approve', 'reject'] as const).map((message) => ({ message, body: { gate, by: '<you>' } })),
  ...more,
})

export const aRetry = (gate: string, what: string, more: Partial<Waiting> = {}): Waiting =>
  aWaiting(gate, {
    what,
    needs: '0 of 1: retry',
    send: [{ message: 'retry', body: { gate, by: '<you>' } }],
    ...more,
  })

export const aDecommission = (gate = 'soak/gate@d9b6f453.1'): Waiting =>
  aWaiting(gate, {
    what: 'delete chatwork-prod-1-35 for good',
    who: ['sre'],
    people: ['aoki', 'baba'],
    send: [
      { message: 'approve', body: { gate, by: '<you>', typed: '<its name>' } },
      { message: 'reject', body: { gate, by: '<you>' } },
    ],
  })

export const aStatus = (more: Partial<Status> = {}): Status => ({
  subject: {
    platform: 'chatwork-prod',
    account: '123456789012',
    region: 'ap-northeast-1',
    blue: 'chatwork-prod-1-35',
    green: 'chatwork-prod-1-36',
    team: 'sre',
  },
  digest: 'd9b6f453aaaa',
  state: 'moving',
  phase: 'cutovers',
  doing: [],
  done: 4,
  of: 12,
  waitingFor: [],
  can: { pause: undefined, resume: 'it is not paused', abort: undefined, rollback: undefined, replan: undefined },
  wayBack: [],
  ...more,
})

export const anAppStanding = (
  app: string,
  team: string,
  ...is: AppStanding['environments'][number]['is'][]
): AppStanding => ({
  app,
  team,
  environments: ['test', 'stage', 'production'].map((name, n) => ({ name, is: is[n] ?? 'pending' })),
})

export const aCutover = (app: string, environment: string, run: Partial<Status>): CutoverStatus => ({
  platform: 'chatwork-prod',
  app,
  team: 'scala',
  paused: false,
  runs: [aStatus({ ...run, subject: { ...aStatus().subject, team: 'scala', app, environment } })],
  findings: [],
  log: [],
})

export function aView({
  cutovers = [],
  status = {},
  ...more
}: Partial<Omit<UpgradeView, 'status'>> & { status?: Partial<UpgradeStatus> } = {}): UpgradeView {
  const whole: UpgradeStatus = {
    platform: 'chatwork-prod',
    from: '1.35',
    to: '1.36',
    since: ago(60 * 30),
    by: 'aoki',
    paused: false,
    run: aStatus({ doing: ['move chat-api'] }),
    apps: [],
    members: { scala: ['chiba', 'doi'], sre: ['aoki', 'baba'], php: ['aoki'] },
    findings: [],
    refused: [],
    ...status,
  }
  return {
    at: now,
    workflowId: 'cluster-upgrade/chatwork-prod',
    runId: 'run',
    outcome: 'running',
    status: whole,
    cutovers,
    gates: gatesOf('chatwork-prod', whole, cutovers),
    ...more,
  }
}

/** One app moves, one asks, one went back. */
export const aBusyView = (): UpgradeView =>
  aView({
    status: {
      order: 'breadth',
      ahead: ['soak', 'decommission'],
      apps: [
        anAppStanding('chat-api', 'scala', 'on-green', 'on-green', 'moving'),
        anAppStanding('chat-actor', 'scala', 'on-green', 'on-green', 'moving'),
        anAppStanding('legacy-php', 'php', 'on-green', 'on-green', 'trouble'),
        anAppStanding('mail-sender', 'php', 'on-green'),
      ],
    },
    cutovers: [
      aCutover('chat-api', 'production', { weight: 25 }),
      aCutover('chat-actor', 'production', { state: 'waiting', waitingFor: [aWaiting('production/gate@3f9a2c1b.1')] }),
      aCutover('legacy-php', 'production', {
        state: 'rolled-back',
        weight: 0,
        waitingFor: [
          aRetry(
            'production@5f6fd0c3.1',
            'legacy-php production is on blue: 5xx 2.1 % against 0.1 % (8,412 requests)',
            {
              who: ['php'],
              people: ['aoki'],
            },
          ),
        ],
      }),
    ],
  })

export const gateIn = (view: UpgradeView, app?: string): OpenGate => {
  const found = view.gates.find((g) => g.app === app)
  if (!found) throw new Error(`no gate of ${app ?? 'the upgrade'}`)
  return found
}

export const screen = (more: Partial<Screen> = {}): Screen => ({ width: 120, colour: false, now, ...more })
