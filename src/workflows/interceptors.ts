import type { WorkflowInterceptorsFactory } from '@temporalio/workflow'
import { headStart } from './head-start.ts'
import { taskTraces } from './task-traces.ts'

/** Bundled with every workflow of ours (`workflowInterceptorModules`). */
export const interceptors: WorkflowInterceptorsFactory = () => ({ internals: [headStart(), taskTraces()] })
