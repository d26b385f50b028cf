import { AwsError } from './errors.ts'
import type { Service } from './protocol/model.ts'

interface Codes {
  readonly missing: string
  /** Left out: the same. */
  readonly unknown?: string
}

/**
 * What each service says of a request that its model does not take: by an error of its model where it has one for that.
 * What is unknown is refused by all of them, though most of AWS pass over it: here nobody shall believe that it was taken.
 */
const codes: Readonly<Record<Service, Codes>> = {
  // https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html#API_CreateCluster_Errors
  eks: { missing: 'InvalidParameterException' },
  // https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html#API_DescribeImages_Errors
  ecr: { missing: 'InvalidParameterException' },
  // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html#API_StartQuery_Errors
  logs: { missing: 'InvalidParameterException' },
  // https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html#API_GetServiceQuota_Errors
  servicequotas: { missing: 'IllegalArgumentException' },
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html#API_PutMetricData_Errors
  cloudwatch: { missing: 'MissingRequiredParameterException', unknown: 'InvalidParameterValueException' },
  // Of these two no model has one: as AWS's JSON services say what fails their constraints.
  kms: { missing: 'ValidationException' },
  cloudtrail: { missing: 'ValidationException' },
  // https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html#API_ChangeResourceRecordSets_Errors
  route53: { missing: 'InvalidInput' },
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/CommonErrors.html
  elasticloadbalancing: { missing: 'ValidationError' },
  // https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
  iam: { missing: 'ValidationError' },
  // https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
  sts: { missing: 'ValidationError' },
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
  ec2: { missing: 'MissingParameter', unknown: 'UnknownParameter' },
}

export const absent = (service: Service, path: string): AwsError =>
  new AwsError(codes[service].missing, `The request must contain the parameter ${path}`)

export const unheardOf = (service: Service, path: string): AwsError =>
  new AwsError(codes[service].unknown ?? codes[service].missing, `The parameter ${path} is not recognized`)
