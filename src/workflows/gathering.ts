import { CancellationScope, defineSignal, setHandler } from '@temporalio/workflow'
import {
  followers,
  followsBecause,
  goneBack,
  mates,
  waitsInWords,
  waitsFor,
  whenMet,
  type Member,
  type Members,
  type Waits,
} from '../domain/meetings.ts'
import { FOLLOW, isMet, MEET, PASS, type Met, type Told } from '../domain/messages.ts'
import type { App } from '../domain/platform.ts'
import { key, type Standing } from '../domain/turns.ts'

/** What the upgrade does for apps that move together: it lets them go on when all are there, and takes all back when one went. */
export interface Gathering {
  /** From now on it moves by this plan, from the beginning. */
  begun(app: App): void
  /** It is over, or nobody waits for it any more. */
  gone(app: string): void
  /** Where it stands has been noted. */
  heard(
    told: Pick<Told, 'app' | 'environment' | 'is' | 'note'> & {
      /** When it said so itself. */
      readonly at?: string
      readonly onBlue?: true | undefined
    },
  ): void
  ended(app: string, how: 'committed' | 'on-blue' | 'unknown'): void
  /** Those that it moves with in any environment. */
  withIt(app: string): string[]
  /** Those that it moves with there. */
  mates(app: string, environment: string): string[]
  /** For whom it waits there and since when; undefined: for nobody. */
  waits(app: string, environment: string): Waits | undefined
}

interface Fleet {
  readonly standings: Readonly<Record<string, Standing>>
  /** It was taken for one in trouble. */
  moves(app: string, environment: string): void
  /** They are told to go back. */
  wentAlong(app: string, environment: string, why: string): void
  speak(app: string, signal: string, body: object): Promise<unknown>
  show(): void
}

export function gathering({ standings, moves, wentAlong, speak, show }: Fleet): Gathering {
  const apps = new Map<string, App>()
  const arrivals = new Map<string, Met>()
  /** What was answered, so that each is once: only who says again that it waits is told again. */
  const answered = new Set<Met>()
  /** Told to go back, and not heard of since: why. */
  const following = new Map<string, string>()
  /** When each last said where it stands. */
  const spoke = new Map<string, string>()

  const ownGroup = (app: string, environment: string) =>
    apps.get(app)?.environments.find((e) => e.name === environment)?.group

  /** An app and those of its group; of a thousand others nobody looks for them. */
  const around = (app: string, environment: string): Members =>
    new Map(
      [app, ...(ownGroup(app, environment)?.others ?? []).map((o) => o.app)].flatMap((name): [string, Member][] => {
        const group = ownGroup(name, environment)
        const place = key(name, environment)
        return group ? [[name, { standing: standings[place], group, at: arrivals.get(place)?.point }]] : []
      }),
    )

  // Whoever ended in this moment says so itself.
  const send = (app: string, signal: string, body: object) =>
    void CancellationScope.nonCancellable(() => speak(app, signal, body)).catch(() => undefined)

  function takeAlong(name: string, environment: string, because: string): void {
    const place = key(name, environment)
    arrivals.delete(place)
    following.set(place, because)
    wentAlong(name, environment, because)
    send(name, FOLLOW, { environment, reason: because })
  }

  function look(): void {
    for (const met of arrivals.values()) {
      if (answered.has(met)) continue
      const { app, environment, point, attempt } = met
      const members = around(app, environment)
      const back = goneBack(members, app)
      if (back !== undefined) {
        answered.add(met)
        takeAlong(app, environment, followsBecause(back, 'it is on blue'))
      } else if (waitsFor(members, app, point).length === 0) {
        answered.add(met)
        send(app, PASS, { environment, point, attempt })
      }
    }
  }

  setHandler(defineSignal<[unknown]>(MEET), (body) => {
    if (!isMet(body)) return
    const { app, environment } = body
    // Of an earlier upgrade, or started anew since: it says so again.
    if (!ownGroup(app, environment)) return
    const place = key(app, environment)
    const because = following.get(place)
    const next = whenMet(standings[place], because !== undefined, { at: body.at, heard: spoke.get(place) })
    if (next === 'go-back') takeAlong(app, environment, because ?? '')
    else {
      if (next === 'moves') moves(app, environment)
      arrivals.set(place, body)
      look()
    }
    show()
  })

  return {
    begun(app) {
      this.gone(app.name)
      apps.set(app.name, app)
    },
    gone(name) {
      for (const { name: environment } of apps.get(name)?.environments ?? []) {
        arrivals.delete(key(name, environment))
        following.delete(key(name, environment))
        spoke.delete(key(name, environment))
      }
      apps.delete(name)
    },
    heard({ app, environment, is, at, note = '', onBlue }) {
      const place = key(app, environment)
      if (at !== undefined) spoke.set(place, at)
      if (is !== 'leaving') following.delete(place)
      // It comes to its next point by itself when it goes on.
      if (is !== 'moving' && is !== 'on-green') arrivals.delete(place)
      if (is === 'leaving' || (is === 'trouble' && onBlue)) {
        for (const name of followers(around(app, environment), app))
          if (!following.has(key(name, environment))) takeAlong(name, environment, followsBecause(app, note))
      }
      look()
    },
    ended(app, how) {
      if (how === 'committed') return look()
      const onBlue = how === 'on-blue' ? true : undefined
      for (const { name: environment } of apps.get(app)?.environments ?? [])
        this.heard({ app, environment, is: 'trouble', note: 'it ended', onBlue })
    },
    withIt(app) {
      return [...new Set((apps.get(app)?.environments ?? []).flatMap(({ name }) => this.mates(app, name)))]
    },
    mates: (app, environment) => mates(around(app, environment), app).map((m) => m.name),
    waits(app, environment) {
      const met = arrivals.get(key(app, environment))
      // Who was answered goes on, or back.
      if (!met || answered.has(met)) return undefined
      return waitsInWords(met.point, waitsFor(around(app, environment), app, met.point), met.at)
    },
  }
}
