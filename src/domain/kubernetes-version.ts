/** `1.36`: a minor version of Kubernetes as EKS names it. */
export type KubernetesVersion = `${number}.${number}`

export const isKubernetesVersion = (text: string): text is KubernetesVersion => /^1\.(0|[1-9]\d{0,2})$/.test(text)

/** Negative where `a` is older. */
export const compareVersions = (a: KubernetesVersion, b: KubernetesVersion): number => minorOf(a) - minorOf(b)

/** `1.36` in names that may have no dots: `1-36`. */
export const dashed = (version: KubernetesVersion): string => version.replace('.', '-')

/** The cluster of a platform at a version, as Norikae names it. */
export const clusterName = (platform: string, version: KubernetesVersion): string => `${platform}-${dashed(version)}`

const minorOf = (version: KubernetesVersion): number => Number(version.split('.')[1])
