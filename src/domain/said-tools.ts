const KEYS = /^(terraform|managed[-_]?by|created[-_]?by|provisioner|iac)$/i
const TOOLS = /terraform|terragrunt|opentofu|pulumi|crossplane|cloudformation|cdk|ansible|\back\b/i

/** Whether a tag says in words which tool of others makes what it is on: tools without tags of their own are told so. */
export const saysTool = (key: string, value: string): boolean =>
  (KEYS.test(key) && TOOLS.test(`${key} ${value}`)) || /^(crossplane|pulumi)[.:/-]/i.test(key)
