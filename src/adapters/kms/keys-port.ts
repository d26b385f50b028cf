import { DescribeKeyCommand, type KMS } from '@aws-sdk/client-kms'
import type { KeysPort } from '../../activities/ports.ts'
import { askFor } from '../aws-errors.ts'

export const keys = (client: KMS): KeysPort => ({
  async state(arn) {
    const found = await askFor(`DescribeKey ${arn}`, (o) => client.send(new DescribeKeyCommand({ KeyId: arn }), o))
    return found?.KeyMetadata?.KeyState
  },
})
