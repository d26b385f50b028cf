import { z } from 'zod'
import { carriedKinds } from '../domain/copying.ts'
import { expecting, listOf, name, named, objectName, oneOf } from './pieces.ts'

const mapping = (write: string) => expecting('a mapping', write)

/** What is to be other on green, of what is copied. What goes beyond the shape is in `rules/transforms.ts`. */
export const transform = z.strictObject(
  {
    match: z
      .strictObject(
        {
          apps: listOf(name('an app', 'chat-api'), 'a list of apps', 'their names, such as [chat-api]')
            .exactOptional()
            .describe('Of these apps alone, also of the platform team.'),
          environments: listOf(name('an environment', 'production'), 'a list of environments', '[production]')
            .exactOptional()
            .describe("Of these environments alone, and not of the platform team's apps."),
          kind: oneOf(carriedKinds).exactOptional().describe('Objects of this kind.'),
          name: objectName.exactOptional().describe('The object of this name.'),
        },
        mapping('{ kind: ConfigMap, name: settings }, or {} for all'),
      )
      .describe('Which objects.'),
    patch: z
      .record(z.string(), z.json(), mapping('{ data: { cluster: "{green}" } }'))
      .exactOptional()
      .describe(
        'A merge patch (RFC 7386). {blue}, {green}, {app} and {environment} stand for the names of clusters, app and environment.',
      ),
    replace: named(
      z.string(expecting('a text', 'what to write instead')),
      '{ old.example.com: new.example.com }',
      /^[^]+$/,
    )
      .exactOptional()
      .describe('By what to look for: what to write instead, in every text but names, labels and images.'),
  },
  mapping('{ match: { kind: ConfigMap, name: settings }, patch: { data: { cluster: "{green}" } } }'),
)
