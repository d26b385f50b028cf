/** Values of one filter. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/query-api-troubleshooting.html */
export const FILTER_VALUES = 200
