import { givenUp } from '../contract/given-up.ts'

givenUp()
