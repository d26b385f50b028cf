import { approverFindings } from '../domain/approvers.ts'
import { condensed } from '../domain/condensed.ts'
import { greenName } from '../domain/cluster-name.ts'
import type { KubernetesVersion } from '../domain/kubernetes-version.ts'
import { logGroupOf } from '../domain/log-groups.ts'
import { clusterTag } from '../domain/network-tags.ts'
import type { Platform } from '../domain/platform.ts'
import type { PlatformFile } from '../domain/platform-file.ts'
import { planUpgrade } from '../domain/plan-upgrade.ts'
import { resolvePlatform } from '../domain/resolve-platform.ts'
import type { Prepared } from '../workflows/activities.ts'
import type { Proven } from './outside.ts'
import { sealed } from './sealing.ts'
import type { Sight } from './sight.ts'
import { sha256 } from './tokens.ts'

/** A version that nobody saw. */
export const UNKNOWN = 'unknown'

interface Asked {
  readonly file: PlatformFile
  readonly blue: string
  readonly to: KubernetesVersion
  readonly by: string
  readonly principalArn: string
}

/** Without what is on blue: of its apps nothing can be said. */
export const withoutApps = (platform: Platform): Platform => ({ ...platform, apps: [], waves: [] })

/**
 * What can be said where blue itself may not be looked at: which rights are missing, all at once. What is asked of any blue is
 * asked for once; what is asked of what it has is not. Its blockers end the run.
 */
export async function unjudged(world: Proven, sight: Sight, asked: Asked): Promise<Prepared> {
  const { file, blue, to, by, principalArn } = asked
  const { eks, network, logs } = world
  await Promise.all([
    eks.findAccess(blue, principalArn),
    eks.addonVersions('vpc-cni', to),
    network.tagged(clusterTag(blue)),
    logs.find(logGroupOf(blue)),
  ])
  const green = file.adopts ?? greenName(file.platform, to, blue)
  const resolved = resolvePlatform(file, { blue, green, namespaces: [], records: [], fingerprint: sha256 })
  const platform = withoutApps(resolved.platform)
  const facts = {
    version: UNKNOWN,
    targetVersion: to,
    blue: { arn: '', createdAt: '' },
    nodeGroups: [],
    addons: [],
    principalArn,
  }
  const findings = condensed([...sight.findings(approverFindings(platform, by))])
  return {
    platform,
    from: UNKNOWN,
    to,
    plan: sealed(planUpgrade(platform, facts, findings)),
    facts,
    owned: [],
    twin: [],
  }
}
