/** Where people open a run in Temporal's UI, which is at `ui`. */
export const workflowUrl =
  (ui: string, namespace: string) =>
  (workflowId: string, runId: string): string =>
    [ui.replace(/\/+$/, ''), 'namespaces', namespace, 'workflows', workflowId, runId, 'history']
      .map((part, n) => (n === 0 ? part : encodeURIComponent(part)))
      .join('/')
