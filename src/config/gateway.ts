import { z } from 'zod'
import { clusterName, expecting, name, objectName, text } from './pieces.ts'

/** One pattern for both sides: two names would be of one upgrade, and this file is of all. */
const backend = text(
  /^(TargetGroupName\/|(Service|ServiceImport)\/([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\/)?)(?=[^/]*\{cluster\})([A-Za-z0-9-]|\{cluster\})+$/,
  'a backend with {cluster} in its name',
  'one such as "Service/shop-{cluster}" or "ServiceImport/shop-{cluster}"',
)

export const gateway = z.strictObject(
  {
    cluster: clusterName.describe('The EKS cluster that HTTPRoutes and their Gateways are on: neither blue nor green.'),
  },
  expecting('a mapping', '{ cluster: edge-1-36 }'),
)

export const httpRoute = z.strictObject(
  {
    namespace: name('a namespace', 'edge').describe('Its namespace there.'),
    name: objectName.describe('Its name.'),
    backend: backend.describe(
      "What its rules send requests to: Service/, ServiceImport/ or TargetGroupName/ and a name, of the first two with a namespace between them where that is not the HTTPRoute's. {cluster} stands for the name of blue, and of green.",
    ),
  },
  expecting('a mapping', '{ namespace: edge, name: shop, backend: "Service/shop-{cluster}" }'),
)
