import { sweep } from './sweep.ts'

sweep('in a task')
