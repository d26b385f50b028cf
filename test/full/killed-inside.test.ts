import { sweep } from './sweep.ts'

sweep('inside')
