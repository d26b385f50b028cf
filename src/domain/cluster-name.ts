import type { KubernetesVersion } from './kubernetes-version.ts'

/**
 * What clusters of a platform are called: `<platform>-1-35`, and where one is made of a version that its blue has already,
 * `<platform>-1-35-r2`, `-r3` … (ADR 53). The numbers go up, so that no former blue's name is given again: metrics, trust
 * policies, and what is typed to delete a cluster, go by names.
 */

/** The first cluster of a platform at a version, as Norikae names it. */
const firstName = (platform: string, version: KubernetesVersion): string => `${platform}-${version.replace('.', '-')}`

/** With a letter: `toy-1-1-35` is of a platform that is called `toy-1`. */
const form = /^1-\d+(-r[1-9]\d*)?$/

/** Whether it is called after the platform, at any version. */
export const isNamedAfter = (platform: string, cluster: string): boolean =>
  cluster.startsWith(`${platform}-`) && form.test(cluster.slice(platform.length + 1))

/** What green is called. Never as blue is, whatever version blue runs by now. */
export function greenName(platform: string, to: KubernetesVersion, blue: string): string {
  const first = firstName(platform, to)
  if (blue === first) return `${first}-r2`
  const [, again] = blue.startsWith(first) ? (/^-r([1-9]\d*)$/.exec(blue.slice(first.length)) ?? []) : []
  return again === undefined ? first : `${first}-r${Number(again) + 1}`
}

/**
 * The cluster that serves now: what the file says, else the one that is named after the platform. `to`: what green is to
 * be, where there may be one. Beside a green, the one that is older is blue by its name. Which of any others serves, nothing
 * outside tells for certain: they are named (`among`), so that people say it.
 */
export function blueAmong(
  clusters: readonly string[],
  platform: string,
  to: KubernetesVersion | undefined,
  declared: string | undefined,
): string | { readonly fault: string; readonly among?: readonly string[] } {
  const listed = clusters.join(', ') || 'none'
  if (declared !== undefined)
    return clusters.includes(declared)
      ? declared
      : { fault: `the platform file says that blue is ${declared}, and there is no such cluster; there is ${listed}` }
  const all = clusters.filter((name) => isNamedAfter(platform, name))
  // Alone, even the one that green would be called after is the one that serves.
  const others = all.length === 1 ? all : all.filter((name) => !to || name !== firstName(platform, to))
  const [only] = others
  if (all.length === 1 && only !== undefined) return only
  if (all.length === 0)
    return {
      fault: `no cluster is called ${platform}-<version>, as ${platform}-1-35; say in the platform file which it is: blue: <name>. There is ${listed}`,
    }
  if (others.length === 1 && only !== undefined && to && minorIn(platform, only) < Number(to.split('.')[1])) return only
  return {
    fault: `${all.join(' and ')} are called after ${platform}; say in the platform file which serves now: blue: <name>`,
    among: all,
  }
}

const minorIn = (platform: string, cluster: string): number => Number(cluster.slice(platform.length + 1).split('-')[1])
