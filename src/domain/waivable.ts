/**
 * Every code of a blocker, and whether people may go on in spite of it. What they may waive is what they can know better,
 * or have seen to by hand; what would break a promise (no request dropped, nothing run twice or lost, always a way back)
 * they may not.
 */
export type WaiverKind = 'waivable' | 'twice' | 'lost' | 'dropped' | 'vain' | 'whose' | 'file' | 'owner' | 'green'

export const kinds = {
  // Green differs from blue in a way that people can live with, or have made good by hand.
  'cluster-unhealthy': 'waivable',
  'cluster-setting': 'waivable',
  'aws-auth': 'waivable',
  'nodegroup-unhealthy': 'waivable',
  'nodegroup-setting': 'waivable',
  'addon-setting': 'waivable',
  'addon-version': 'waivable',
  'fargate-profile': 'waivable',
  'identity-provider': 'waivable',
  capability: 'waivable',
  'not-carried': 'waivable',
  'scaled-job': 'waivable',
  'system-workload-stays': 'waivable',
  // A repository of a pull-through cache fetches it again; which ones are, only people know.
  'image-gone': 'waivable',
  // What it has deployed to other clusters stays there, and whose that is people know.
  'flux-hub-on-blue': 'waivable',
  // It is left behind on purpose.
  'namespace-unclaimed': 'waivable',
  'environment-unknown': 'waivable',
  'route-unused': 'waivable',
  // A limit that people know better than their file.
  'connections-exceeded': 'waivable',
  'route-sticky': 'waivable',

  'handover-undeclared': 'twice',
  'handover-unfit': 'twice',
  'schedule-every': 'twice',
  'job-contradicted': 'twice',
  'job-undeclared': 'twice',
  'scaler-owned': 'twice',
  'argocd-writes-back': 'twice',

  'handover-stateful': 'lost',
  'volumes-unfit': 'lost',
  'volume-zone': 'lost',

  'route-shared': 'dropped',
  'route-default': 'dropped',
  'route-owned': 'dropped',
  'route-asleep': 'dropped',
  'target-group-shared': 'dropped',
  'argocd-binding': 'dropped',

  'nobody-may-approve': 'vain',
  'role-no-room': 'vain',
  'moves-with-contradicted': 'vain',
  'flux-makes-nothing': 'vain',
  'flux-elsewhere': 'vain',
  'argocd-unreadable': 'vain',
  'argocd-blue-unknown': 'vain',
  'argocd-no-application': 'vain',
  'argocd-label': 'vain',
  'node-named': 'vain',

  'namespace-claimed-twice': 'whose',
  'team-unknown': 'whose',
  'team-contradicted': 'whose',

  'app-missing': 'file',
  'platform-app-missing': 'file',
  'workload-missing': 'file',

  'green-exists': 'owner',
  'argocd-on-blue': 'owner',
  'argocd-deletes': 'owner',
  'argocd-prunes': 'owner',

  'cluster-not-active': 'green',
  'worker-rights': 'green',
  'no-nodegroups': 'green',
  'cluster-tier': 'green',
  'nodegroup-not-active': 'green',
  'nodegroup-custom-ami': 'green',
  'nodegroup-launch-template': 'green',
  'nodegroup-al2': 'green',
  'field-invalid': 'green',
  'field-unknown': 'green',
  'field-duplicate': 'green',
  'field-immutable': 'green',
  'api-missing': 'green',
  'webhook-denied': 'green',
  'policy-denied': 'green',
  'quota-exceeded': 'green',
  'webhook-silent': 'green',
  'pod-security': 'green',
  'namespace-missing': 'green',
  'right-missing': 'green',
  'object-refused': 'green',
  'secret-missing': 'green',
  'image-not-pulled': 'green',
  'container-not-made': 'green',
} as const satisfies Record<string, WaiverKind>
