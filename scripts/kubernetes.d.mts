type Program = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok'

/** Paths; undefined for what `bring` has to bring first. */
export function find(): Readonly<Record<Program, string | undefined>>
export function bring(say: (text: string) => void): Promise<Readonly<Record<Program, string | undefined>>>
