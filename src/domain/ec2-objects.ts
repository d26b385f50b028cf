/** What EC2 tells of volumes and snapshots, as far as rules look at it. Plain JSON. */

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Volume.html */
export interface VolumeDescription {
  /** `vol-…` */
  readonly id: string
  /** `available`: on no instance. */
  readonly state: string
  readonly zone: string
  /** Those that have it, get it or let it go. */
  readonly instances: readonly string[]
  /** `gp3`, … */
  readonly type: string
  readonly iops?: number
  /** MiB/s */
  readonly throughput?: number
  readonly tags: Readonly<Record<string, string>>
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html */
export interface SnapshotDescription {
  /** `snap-…` */
  readonly id: string
  /** The volume that it was taken of. */
  readonly volume: string
  /** `pending`, `completed` or `error`. */
  readonly state: string
  /** `47%` */
  readonly progress: string
  /** It holds what was on the volume then. */
  readonly startedAt: string
  readonly problem?: string
}

/** Its size is that of the snapshot, and so is its encryption. */
export interface NewVolume {
  /** `snap-…` */
  readonly snapshot: string
  readonly zone: string
  readonly type: string
  readonly iops?: number
  readonly throughput?: number
  readonly tags: Readonly<Record<string, string>>
}

/** One version of a launch template. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateVersion.html */
export interface LaunchTemplate {
  /** `lt-…` */
  readonly id: string
  readonly name: string
  readonly version: string
  /** In EC2's own words and shape, but for its user data. */
  readonly settings: Readonly<Record<string, unknown>>
  /** As text. */
  readonly userData?: string
  /** It has user data that is no text. */
  readonly unreadable?: true
  /** Of the template. */
  readonly tags: Readonly<Record<string, string>>
}

export type NewLaunchTemplate = Pick<LaunchTemplate, 'name' | 'settings' | 'userData' | 'tags'>
