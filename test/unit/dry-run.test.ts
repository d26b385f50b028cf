import { describe, expect, test } from 'vitest'
import { isOfSilentWebhook, refusalFindings, warningFinding, type Refusal } from '../../src/domain/dry-run.ts'

const web = { kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } }
const secret = { kind: 'Secret', metadata: { name: 'key', namespace: 'shop' } }

interface Row {
  readonly says: string
  readonly told: Partial<Refusal>
  /** `level code field` of each. */
  readonly are: readonly string[]
  readonly because: string
}

const causes = (...all: readonly (readonly [field: string, message: string])[]) =>
  all.map(([field, message]) => ({ reason: 'FieldValueInvalid', field, message }))

describe('what a server refuses', () => {
  test.for<Row>([
    {
      says: 'values that are wrong, each by its field',
      told: {
        code: 422,
        message: 'Deployment.apps "web" is invalid: [spec.replicas: …, spec.minReadySeconds: …]',
        causes: causes(
          ['spec.replicas', 'Invalid value: -1: must be greater than or equal to 0'],
          ['spec.minReadySeconds', 'Invalid value: -5: must be greater than or equal to 0'],
        ),
      },
      are: ['blocker field-invalid spec.replicas', 'blocker field-invalid spec.minReadySeconds'],
      because: 'Invalid value: -1',
    },
    {
      says: 'what cannot be changed of one that is there',
      told: {
        code: 422,
        message: 'Deployment.apps "web" is invalid: spec.selector: …: field is immutable',
        causes: causes(['spec.selector', 'Invalid value: {"matchLabels":{"app":"web"}}: field is immutable']),
      },
      are: ['blocker field-immutable spec.selector'],
      because: 'on green already',
    },
    {
      says: 'fields that a decoder does not know',
      told: {
        code: 400,
        message:
          'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.odd", duplicate field "spec.replicas"',
      },
      are: ['blocker field-unknown spec.odd', 'blocker field-duplicate spec.replicas'],
      because: 'does not know',
    },
    {
      says: 'fields that apply does not know',
      told: {
        code: 500,
        message:
          'failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): errors:   .spec.odd: field not declared in schema   .spec.template.spec.containers[name="app"].strange: field not declared in schema',
      },
      are: [
        'blocker field-unknown spec.odd',
        'blocker field-unknown spec.template.spec.containers[name="app"].strange',
      ],
      because: 'does not know',
    },
    {
      says: 'what a webhook denies, in its words',
      told: {
        code: 403,
        message:
          'admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Deployment/shop/web was blocked',
      },
      are: ['blocker webhook-denied '],
      because: 'webhook validate.kyverno.svc-fail denies it: resource Deployment/shop/web was blocked',
    },
    {
      says: 'what a webhook denies without a word',
      told: { code: 400, message: 'admission webhook "quiet.example.com" denied the request without explanation' },
      are: ['blocker webhook-denied '],
      because: 'quiet.example.com denies it: it does not say why',
    },
    {
      says: 'a webhook that does not answer',
      told: {
        code: 500,
        message:
          'Internal error occurred: failed calling webhook "mutate.example.com": failed to call webhook: Post "https://hook.policy.svc:443/mutate?timeout=10s": no endpoints available for service "hook"',
      },
      are: ['blocker webhook-silent '],
      because: 'webhook mutate.example.com does not answer: failed to call webhook: Post',
    },
    {
      says: 'a webhook that takes no dry runs, which says nothing of the object',
      told: { code: 400, message: 'admission webhook "old.example.com" does not support dry run' },
      are: ['warning not-tried '],
      because: 'old.example.com has side effects',
    },
    {
      says: 'what a policy denies',
      told: {
        code: 422,
        message:
          "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'owners' with binding 'owners-shop' denied request: it has no owner",
        causes: [{ reason: '', field: '', message: 'it has no owner' }],
      },
      are: ['blocker policy-denied '],
      because: 'policy owners denies it: it has no owner',
    },
    {
      says: 'a quota that is used up',
      told: {
        code: 403,
        message:
          'services "web" is forbidden: exceeded quota: team, requested: services=1, used: services=5, limited: services=5',
      },
      are: ['blocker quota-exceeded '],
      because: 'quota team of green does not take it: requested: services=1',
    },
    {
      says: 'a quota that wants more said',
      told: { code: 403, message: 'pods "web" is forbidden: failed quota: team: must specify limits.cpu for: app' },
      are: ['blocker quota-exceeded '],
      because: 'must specify limits.cpu',
    },
    {
      says: 'pods that the level of their namespace does not let in',
      told: {
        code: 403,
        message: 'pods "web" is forbidden: violates PodSecurity "restricted:latest": host namespaces',
      },
      are: ['blocker pod-security '],
      because: '"restricted:latest": host namespaces',
    },
    {
      says: "what Norikae's own rights do not allow is not the object's fault",
      told: {
        code: 403,
        message: 'roles.rbac.authorization.k8s.io is forbidden: User "norikae" cannot patch resource "roles"',
      },
      are: ['blocker right-missing '],
      because: 'Norikae itself may not',
    },
    {
      says: 'a namespace that is not there',
      told: { code: 404, message: 'namespaces "shop" not found' },
      are: ['blocker namespace-missing '],
      because: 'no namespace shop',
    },
    {
      says: 'an API that is not served',
      told: { code: 404, message: 'the server could not find the requested resource' },
      are: ['blocker api-missing '],
      because: 'does not serve',
    },
    {
      says: 'an API that is not served, by name',
      told: { code: 404, message: 'no matches for kind "PodDisruptionBudget" in version "policy/v1beta1"' },
      are: ['blocker api-missing '],
      because: 'policy/v1beta1',
    },
    {
      says: 'what no rule knows, in the words of the server',
      told: { code: 413, message: 'Request entity too large: limit is 3145728' },
      are: ['blocker object-refused '],
      because: 'limit is 3145728',
    },
  ])('$says', ({ told, are, because }) => {
    const found = refusalFindings(web, { code: 400, message: '', causes: [], ...told })
    expect(found.map((f) => `${f.level} ${f.code} ${f.field ?? ''}`)).toEqual(are)
    expect(found[0]?.message).toContain(because)
    for (const { about, remedy } of found) {
      expect(about).toBe('Deployment/shop/web')
      expect(remedy).not.toBe('')
    }
  })

  test.for([
    ['whole', 'Secret "key" is invalid: data[a]: Invalid value: "hunter2": must be base64'],
    ['cut short', 'Secret "key" is invalid: data[a]: Invalid value: "one hunter2'],
    ['with quotes in it', String.raw`Secret "key" is invalid: data[a]: Invalid value: "one \" hunter2": no`],
    ['of apply', '.data.a: expected string, got &value.valueUnstructured{Value:"hunter2"}'],
  ] as const)('the value of a Secret is never told: %s', ([, message]) => {
    const found = [
      ...refusalFindings(secret, { code: 422, message, causes: [] }),
      ...refusalFindings(secret, { code: 422, message: '', causes: causes(['data[a]', message]) }),
    ]
    expect(found).toHaveLength(2)
    expect(JSON.stringify(found)).not.toContain('hunter2')
  })

  test('a page of words is cut', () => {
    const [found] = refusalFindings(web, { code: 400, message: 'no '.repeat(500), causes: [] })
    expect(found?.message.length).toBeLessThan(310)
  })

  test('only a webhook that was not reached is waited for', () => {
    const silent = (message: string) => isOfSilentWebhook({ code: 500, message, causes: [] })
    expect(silent('Internal error occurred: failed calling webhook "a": Post: EOF')).toBe(true)
    expect(silent('admission webhook "a" denied the request: failed')).toBe(false)
  })
})

test.for([
  [
    'policy/v1beta1 PodDisruptionBudget is deprecated in v1.21+, unavailable in v1.25+; use policy/v1',
    'api-deprecated',
  ],
  ['would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false', 'pod-security'],
  ['spec.template.spec.containers[0].ports[1]: duplicate port definition', 'server-warning'],
] as const)('a server warns: %s', ([text, code]) => {
  expect(warningFinding(web, text)).toMatchObject({
    level: 'warning',
    code,
    about: 'Deployment/shop/web',
    message: text,
  })
})
