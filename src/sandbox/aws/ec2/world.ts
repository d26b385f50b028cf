import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { SandboxAws, SandboxSnapshot, SandboxVolume } from '../../types.ts'
import { AwsError } from '../errors.ts'
import type { AwsTimes, Later } from '../times.ts'

/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-describing-volumes.html#volume-state */
export interface EbsVolume extends VolumeSettings {
  readonly id: string
  readonly gigabytes: number
  readonly createdAt: Date
  readonly tags: Map<string, string>
  /** Until it can be attached. */
  creating: boolean
  attachment?: { readonly instance: string; readonly goes: boolean; state: 'attaching' | 'attached' | 'detaching' }
}

export interface VolumeSettings {
  readonly zone: string
  readonly type: string
  readonly iops?: number
  readonly throughput?: number
  readonly snapshot?: string
}

export interface EbsSnapshot {
  readonly id: string
  readonly volume: string
  readonly gigabytes: number
  readonly description: string
  readonly startedAt: Date
  readonly tags: Map<string, string>
  /** An instance had the volume when it was taken, and may have written meanwhile. */
  readonly whileInUse: boolean
  state: 'pending' | 'completed'
  /** Told to go before it was complete. */
  going?: true
}

/** What EC2 keeps: volumes, each on one instance at most, and snapshots of them. */
export class Ec2World implements Readonly<SandboxAws['ec2']> {
  readonly all = new Map<string, EbsVolume>()
  readonly taken = new Map<string, EbsSnapshot>()
  /** In the region. https://docs.aws.amazon.com/general/latest/gr/ebs-service.html */
  readonly quotas = { snapshots: 100_000 }
  readonly #asked = new Map<string, { readonly parameters: object; readonly id: string }>()
  readonly #times: AwsTimes
  readonly #later: Later

  constructor({ times, later }: { readonly times: AwsTimes; readonly later: Later }) {
    this.#times = times
    this.#later = later
  }

  createVolume(zone: string, gigabytes: number, tags: Readonly<Record<string, string>> = {}, type = 'gp3'): string {
    return this.makeVolume({ zone, type }, gigabytes, new Map(Object.entries(tags)), false).id
  }

  makeVolume(
    settings: VolumeSettings,
    gigabytes: number,
    tags: ReadonlyMap<string, string>,
    creating = true,
  ): EbsVolume {
    const made: EbsVolume = {
      ...settings,
      id: newId('vol'),
      gigabytes,
      createdAt: new Date(),
      tags: new Map(tags),
      creating,
    }
    this.all.set(made.id, made)
    if (creating) this.#later.after(this.#times.volumeMs, () => (made.creating = false))
    return made
  }

  /**
   * The same token with the same parameters gets the same volume again.
   * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Run_Instance_Idempotency.html
   */
  onceByToken(token: string | undefined, parameters: object, make: () => EbsVolume): EbsVolume {
    const before = token === undefined ? undefined : this.#asked.get(token)
    if (before && !isDeepStrictEqual(before.parameters, parameters))
      throw new AwsError('IdempotentParameterMismatch', 'The client token was used with other parameters before.')
    const made = (before && this.all.get(before.id)) ?? make()
    if (token !== undefined) this.#asked.set(token, { parameters, id: made.id })
    return made
  }

  /** Throws SnapshotLimitExceeded. */
  takeSnapshot(volume: EbsVolume, description: string, tags: ReadonlyMap<string, string>): EbsSnapshot {
    if (this.taken.size >= this.quotas.snapshots)
      throw new AwsError(
        'SnapshotLimitExceeded',
        `Maximum allowed snapshot limit of ${this.quotas.snapshots} exceeded.`,
      )
    const snapshot: EbsSnapshot = {
      id: newId('snap'),
      volume: volume.id,
      gigabytes: volume.gigabytes,
      description,
      startedAt: new Date(),
      tags: new Map(tags),
      whileInUse: volume.attachment !== undefined,
      state: 'pending',
    }
    this.taken.set(snapshot.id, snapshot)
    this.#later.after(this.#times.snapshotMs, () => {
      snapshot.state = 'completed'
      if (snapshot.going) this.taken.delete(snapshot.id)
    })
    return snapshot
  }

  /** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-deleting-snapshot.html: one in progress completes first. */
  deleteSnapshot(snapshot: EbsSnapshot): void {
    if (snapshot.state === 'pending') snapshot.going = true
    else this.taken.delete(snapshot.id)
  }

  /** Throws what EC2 answers where there is none. */
  volume(id: string): EbsVolume {
    const found = this.all.get(id)
    if (!found) throw new AwsError('InvalidVolume.NotFound', `The volume '${id}' does not exist.`)
    return found
  }

  snapshot(id: string): EbsSnapshot {
    const found = this.taken.get(id)
    if (!found) throw new AwsError('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`)
    return found
  }

  attachVolume(id: string, instance: string, goes = false): void {
    const volume = this.volume(id)
    if (volume.attachment?.instance === instance && volume.attachment.state !== 'detaching') return
    if (volume.attachment) throw inUse(volume)
    if (volume.creating) throw new AwsError('IncorrectState', `Volume '${id}' is not 'available'.`)
    const attachment: EbsVolume['attachment'] = { instance, goes, state: 'attaching' }
    volume.attachment = attachment
    this.#later.after(this.#times.volumeMs, () => {
      if (attachment.state === 'attaching') attachment.state = 'attached'
    })
  }

  detachVolume(id: string, instance: string): void {
    const volume = this.all.get(id)
    const attachment = volume?.attachment
    if (!volume || attachment?.instance !== instance || attachment.state === 'detaching') return
    attachment.state = 'detaching'
    this.#later.after(this.#times.volumeMs, () => delete volume.attachment)
  }

  deleteVolume(id: string): void {
    const volume = this.all.get(id)
    if (volume?.attachment) throw inUse(volume)
    this.all.delete(id)
  }

  volumes(): readonly SandboxVolume[] {
    return [...this.all.values()].map((volume) => {
      const { id, zone, attachment, snapshot, tags } = volume
      return {
        id,
        zone,
        state: stateOf(volume),
        tags: Object.fromEntries(tags),
        ...(attachment && { instance: attachment.instance }),
        ...(snapshot !== undefined && { snapshot }),
      }
    })
  }

  snapshots(): readonly SandboxSnapshot[] {
    return [...this.taken.values()].map(({ id, volume, state, whileInUse, tags }) => ({
      id,
      volume,
      state,
      whileInUse,
      tags: Object.fromEntries(tags),
    }))
  }
}

export const stateOf = ({ attachment, creating }: EbsVolume): SandboxVolume['state'] =>
  attachment ? 'in-use' : creating ? 'creating' : 'available'

const newId = (kind: 'vol' | 'snap'): string => `${kind}-0${randomBytes(8).toString('hex')}`

const inUse = ({ id, attachment }: EbsVolume) =>
  new AwsError('VolumeInUse', `Volume ${id} is currently attached to ${attachment?.instance}`)
