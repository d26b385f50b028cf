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
import { FOLLOW, isMet, MEET, PASS, type Follow, type Met, type Pass, type Told } from '../domain/messages.ts'
import type { App } from '../domain/platform.ts'
import { key, type Standing } from '../domain/turns.ts'

/** What the upgrade does for apps that move together: it lets them go on when all are there, and takes all back when one went. */
export interface Gathering {
  /** From now on it moves by this plan, from the beginning. */
  begun(app: App): void
  /** All that there are: nobody waits for another any more. */
  are(names: readonly string[]): void
  /** Where it stands has been noted. */
  heard(
    told: Pick<Told, 'app' | 'environment' | 'is' | 'note' | 'ordered'> & {
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
  isOver(app: string): boolean
  /** It was taken for one in trouble. */
  moves(app: string, environment: string): void
  /** They are told to go back. */
  wentAlong(app: string, environment: string, why: string): void
  speak(app: string, signal: string, body: object): Promise<unknown>
  show(): void
}

const where = ({ environment, point, attempt }: Met): Pass => ({ environment, point, attempt })

const because = (app: string, place: string): string => `${app} ${place}`

/** An environment of an app, as it was begun. */
interface Known {
  readonly others: ReadonlySet<string>
  readonly weighed: boolean
}

export function gathering({ standings, isOver, moves, wentAlong, speak, show }: Fleet): Gathering {
  const known = new Map<string, Known>()
  const environments = new Map<string, readonly string[]>()
  const arrivals = new Map<string, Met>()
  /** What was answered, so that each is once: only who says again that it waits is told again. */
  const answered = new WeakSet<Met>()
  /** Told to go back, and not heard of since: what they were told. */
  const following = new Map<string, Follow>()
  /** Who was told to go back because of whom: once, until that one has moved again; once more where people said so since. */
  const told = new Map<string, 'by itself' | 'ordered'>()
  /** When each last said where it stands. */
  const spoke = new Map<string, string>()

  /** An app and those of its group; of a thousand others nobody looks for them. */
  function around(app: string, environment: string): Members {
    const names = [app, ...(known.get(key(app, environment))?.others ?? [])]
    return new Map(
      names.flatMap((name): [string, Member][] => {
        const place = key(name, environment)
        const it = known.get(place)
        return it ? [[name, { ...it, standing: standings[place], at: arrivals.get(place)?.point }]] : []
      }),
    )
  }

  // Whoever ended in this moment says so itself.
  const send = (app: string, signal: string, body: object) =>
    void CancellationScope.nonCancellable(() => speak(app, signal, body)).catch(() => undefined)

  function takeAlong(name: string, environment: string, follow: Follow): void {
    const place = key(name, environment)
    arrivals.delete(place)
    following.set(place, follow)
    wentAlong(name, environment, follow.reason)
    send(name, FOLLOW, follow)
  }

  /** Who of its group may go on, or goes back, by what was heard of one. */
  function look(app: string, environment: string): void {
    for (const name of around(app, environment).keys()) {
      const met = arrivals.get(key(name, environment))
      if (!met || answered.has(met)) continue
      const members = around(name, environment)
      const back = goneBack(members, name)
      if (back !== undefined) {
        answered.add(met)
        takeAlong(name, environment, { environment, reason: followsBecause(back, 'it is on blue') })
      } else if (waitsFor(members, name, met.point).length === 0) {
        answered.add(met)
        send(name, PASS, where(met))
      }
    }
  }

  function takeOthers(app: string, environment: string, why: string, ordered?: true): void {
    for (const name of followers(around(app, environment), app)) {
      const place = key(name, environment)
      const before = told.get(because(app, place))
      const isKnown = ordered ? before === 'ordered' : before !== undefined || following.has(place)
      if (isOver(name) || isKnown) continue
      told.set(because(app, place), ordered ? 'ordered' : 'by itself')
      takeAlong(name, environment, { environment, reason: followsBecause(app, why), ...(ordered && { ordered }) })
    }
  }

  setHandler(defineSignal<[unknown]>(MEET), (body) => {
    if (!isMet(body)) return
    const { app, environment } = body
    const place = key(app, environment)
    // Of an earlier upgrade: nobody here will ever say that it may go on.
    if (!known.has(place)) return send(app, PASS, { ...where(body), nobody: true })
    const follow = following.get(place)
    const next = whenMet(standings[place], follow !== undefined, { at: body.at, heard: spoke.get(place) })
    if (next === 'go-back' && follow) takeAlong(app, environment, follow)
    else {
      if (next === 'moves') moves(app, environment)
      arrivals.set(place, body)
      look(app, environment)
    }
    show()
  })

  function forget(app: string): void {
    for (const environment of environments.get(app) ?? []) {
      const place = key(app, environment)
      const others = known.get(place)?.others ?? []
      for (const it of [known, arrivals, following, spoke]) it.delete(place)
      for (const other of others) told.delete(because(other, place))
    }
    environments.delete(app)
  }

  return {
    begun(app) {
      forget(app.name)
      environments.set(
        app.name,
        app.environments.map((e) => e.name),
      )
      for (const { name, group, routes } of app.environments) {
        if (!group) continue
        known.set(key(app.name, name), {
          others: new Set(group.others.map((o) => o.app)),
          weighed: routes.length > 0,
        })
        look(app.name, name)
      }
    },
    are(names) {
      const there = new Set(names)
      const gone = [...environments.keys()].filter((app) => !there.has(app))
      const waiting = gone.flatMap((app) =>
        (environments.get(app) ?? []).flatMap((environment) =>
          [...(known.get(key(app, environment))?.others ?? [])].map((other) => [other, environment] as const),
        ),
      )
      for (const app of gone) forget(app)
      for (const [other, environment] of waiting) look(other, environment)
    },
    heard({ app, environment, is, at, note = '', onBlue, ordered }) {
      const place = key(app, environment)
      if (at !== undefined) spoke.set(place, at)
      if (is !== 'leaving') following.delete(place)
      if (is === 'moving' || is === 'on-green')
        // It may go back once more, and they with it.
        for (const other of known.get(place)?.others ?? []) told.delete(because(app, key(other, environment)))
      // It comes to its next point by itself when it goes on; one that waits for its hours, or to be deployed, is where it was.
      if (!['moving', 'on-green', 'window', 'awaited'].includes(is)) arrivals.delete(place)
      if (is === 'leaving' || (is === 'trouble' && onBlue)) takeOthers(app, environment, note, ordered)
      look(app, environment)
    },
    ended(app, how) {
      for (const environment of environments.get(app) ?? []) {
        if (how === 'committed') look(app, environment)
        else
          this.heard({
            app,
            environment,
            is: 'trouble',
            note: 'it ended',
            onBlue: how === 'on-blue' ? true : undefined,
          })
      }
    },
    withIt(app) {
      return [...new Set((environments.get(app) ?? []).flatMap((environment) => this.mates(app, environment)))]
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
