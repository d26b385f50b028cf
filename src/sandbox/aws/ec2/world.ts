import { randomBytes } from 'node:crypto'
import type { SandboxAws, SandboxVolume } from '../../types.ts'
import { AwsError } from '../errors.ts'
import type { AwsTimes, Later } from '../times.ts'

/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-describing-volumes.html#volume-state */
export interface EbsVolume {
  readonly id: string
  readonly zone: string
  readonly gigabytes: number
  readonly createdAt: Date
  attachment?: { readonly instance: string; state: 'attaching' | 'attached' | 'detaching' }
}

/** What EC2 keeps: volumes, each on one instance at most. */
export class Ec2World implements Readonly<SandboxAws['ec2']> {
  readonly all = new Map<string, EbsVolume>()
  readonly #times: AwsTimes
  readonly #later: Later

  constructor({ times, later }: { readonly times: AwsTimes; readonly later: Later }) {
    this.#times = times
    this.#later = later
  }

  createVolume(zone: string, gigabytes: number): string {
    const id = `vol-0${randomBytes(8).toString('hex')}`
    this.all.set(id, { id, zone, gigabytes, createdAt: new Date() })
    return id
  }

  attachVolume(id: string, instance: string): void {
    const volume = this.all.get(id)
    if (!volume) throw new AwsError('InvalidVolume.NotFound', `The volume '${id}' does not exist.`)
    if (volume.attachment?.instance === instance && volume.attachment.state !== 'detaching') return
    if (volume.attachment) throw inUse(volume)
    const attachment: EbsVolume['attachment'] = { instance, state: 'attaching' }
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
    return [...this.all.values()].map(({ id, zone, attachment }) => ({
      id,
      zone,
      state: attachment ? 'in-use' : 'available',
      ...(attachment && { instance: attachment.instance }),
    }))
  }
}

const inUse = ({ id, attachment }: EbsVolume) =>
  new AwsError('VolumeInUse', `Volume ${id} is currently attached to ${attachment?.instance}`)
