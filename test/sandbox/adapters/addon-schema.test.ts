import { expect, test } from 'vitest'
import { schemaFaults } from '../../../src/adapters/eks/addon-schema.ts'

/** Of the form in which EKS publishes them, and of each draft that it uses. */
const schema = (draft: string): string =>
  JSON.stringify({
    $schema: draft,
    $ref: '#/definitions/VpcCni',
    definitions: {
      VpcCni: {
        type: 'object',
        additionalProperties: false,
        properties: {
          env: { additionalProperties: false, properties: { WARM_IP_TARGET: { type: 'string', format: 'integer' } } },
          mode: { type: 'string', enum: ['iptables', 'nftables'] },
          image: { anyOf: [{ type: 'string' }, { type: 'object', required: ['tag'] }] },
        },
      },
    },
  })

const drafts = [
  'http://json-schema.org/draft-06/schema#',
  'http://json-schema.org/draft-07/schema#',
  'https://json-schema.org/draft/2019-09/schema',
  'https://json-schema.org/draft/2020-12/schema',
]

test.for([
  ['fits', '{"env":{"WARM_IP_TARGET":"5"},"mode":"iptables"}', []],
  ['is YAML', 'env:\n  WARM_IP_TARGET: "5"\n', []],
  ['is empty', '', []],
  [
    'names what is none of its settings',
    '{"tuning":1,"env":{"X":1}}',
    ['tuning is none of its settings', 'env.X is none of its settings'],
  ],
  ['is of another type', 'env: { WARM_IP_TARGET: 5 }', ['env.WARM_IP_TARGET must be string']],
  ['is none of a list', 'mode: ipvs', ['mode must be equal to one of the allowed values (iptables, nftables)']],
  ['is none of several shapes', 'image: 5', ['image must match a schema in anyOf']],
  ['is a list', '[1]', ['it must be object']],
  ['is no YAML', '{', ['it is neither JSON nor YAML']],
] as const)('a configuration that %s', ([, configuration, faults]) => {
  for (const draft of drafts) expect(schemaFaults(schema(draft), configuration)).toEqual(faults)
})

test.for(['', 'no JSON', '{"$ref":"#/definitions/Gone"}'])(
  'a schema that cannot be used is no fault: %s',
  (unusable) => {
    expect(schemaFaults(unusable, '{}')).toBeUndefined()
  },
)
