import { z } from 'zod'
import type { ServedResource } from '../../domain/resources.ts'

/** All that a server serves in one answer. https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery */
export const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

export const discovered = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string().default('') }).default({ name: '' }),
      versions: z
        .array(
          z.object({
            version: z.string(),
            resources: z
              .array(
                z.object({
                  resource: z.string(),
                  responseKind: z.object({ kind: z.string() }).optional(),
                  scope: z.string(),
                  verbs: z.array(z.string()).default([]),
                }),
              )
              .default([]),
          }),
        )
        .default([]),
    }),
  ),
})

export const servedIn = ({ items }: z.infer<typeof discovered>): ServedResource[] =>
  items.flatMap(({ metadata: { name }, versions }) =>
    versions.flatMap(({ version, resources }) =>
      resources.flatMap(({ resource, responseKind, scope, verbs }) =>
        // One that has no kind of its own is there for its subresources.
        responseKind === undefined || responseKind.kind === ''
          ? []
          : [
              {
                apiVersion: name === '' ? version : `${name}/${version}`,
                kind: responseKind.kind,
                plural: resource,
                namespaced: scope === 'Namespaced',
                verbs,
              },
            ],
      ),
    ),
  )
