import { registerErrors } from '@unhosted/core/errors'
import { swarmErrorTable } from './error-table.ts'

declare module '@unhosted/core/errors' {
  interface ErrorCodes {
    readonly swarm: keyof typeof swarmErrorTable
  }
}

// The swarm takes its errors from here, not from core, so that its codes are known before one is thrown.
registerErrors(swarmErrorTable)

export * from '@unhosted/core/errors'
export { swarmErrorTable } from './error-table.ts'
