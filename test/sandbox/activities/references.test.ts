import { referencesContract } from '../../contract/references.ts'
import { aWorldForAll } from './a-world.ts'

referencesContract(aWorldForAll())
