type Program = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok' | 'kubectl'

/** Paths; undefined for what `bring` has to bring first. */
export function find(): Readonly<Record<Program, string | undefined>>
export function bring(
  say: (text: string) => void,
  more?: { readonly requested?: readonly Program[] },
): Promise<Readonly<Record<Program, string | undefined>>>
