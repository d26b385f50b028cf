import { sweep } from './sweep.ts'

sweep('before')
