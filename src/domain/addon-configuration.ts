import type { AddonDescription } from './eks-objects.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { ofLook } from './missing-rights.ts'

/** An add-on of blue with a configuration, the version that green gets, and what that would refuse of it. */
export interface Configured {
  readonly addon: Pick<AddonDescription, 'name' | 'version'>
  readonly target: string
  /** Empty: nothing. Undefined: its schema cannot be used. */
  readonly faults: readonly string[] | undefined
}

/** EKS checks it when it installs the add-on: in the middle of provisioning. */
export const configurationFindings = (found: readonly Configured[]): Finding[] =>
  found.flatMap(({ addon: { name, version }, target, faults }) =>
    faults === undefined
      ? [
          ofLook(
            'schemas of add-ons',
            warning(
              'addon-configuration',
              name,
              `the schema that EKS publishes for ${target} cannot be read, so its configuration was not checked against it`,
              'read it against what the new version takes; where EKS refuses it, the step that installs the add-on says so',
            ),
          ),
        ]
      : faults.map((fault) =>
          blocker(
            'addon-configuration',
            name,
            `${target} would not take its configuration: ${fault}`,
            `change it on blue to what both ${version} and ${target} take: aws eks describe-addon-configuration --addon-name ${name} --addon-version ${target}`,
          ),
        ),
  )
