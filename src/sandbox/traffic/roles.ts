/** What the sandbox plays for a pod, from its annotation: the pods' images are never run. */
export const ROLE = 'sandbox.norikae.io/role'

const roles = [
  'web',
  'consumer',
  'singleton',
  'log-buffer',
  'mail-buffer',
  'load-balancer-controller',
  'external-dns',
] as const
export type Role = (typeof roles)[number]

export const roleOf = (pod: { readonly annotations: Readonly<Record<string, string>> }): Role | undefined =>
  roles.find((role) => role === pod.annotations[ROLE])
