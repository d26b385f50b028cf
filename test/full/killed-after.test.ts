import { sweep } from './sweep.ts'

sweep('after')
