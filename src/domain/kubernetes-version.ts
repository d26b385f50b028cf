/** `1.36`: a minor version of Kubernetes as EKS names it. */
export type KubernetesVersion = `${number}.${number}`

export const isKubernetesVersion = (text: string): text is KubernetesVersion => /^1\.(0|[1-9]\d{0,2})$/.test(text)

/** Negative where `a` is older. */
export const compareVersions = (a: KubernetesVersion, b: KubernetesVersion): number => minorOf(a) - minorOf(b)

/** From blue's version to green's, for people: `1.35 → 1.36`, `1.35 → 1.35 (refresh)`. */
export const hop = (from: string, to: string): string => `${from} → ${to}${from === to ? ' (refresh)' : ''}`

const minorOf = (version: KubernetesVersion): number => Number(version.split('.')[1])
