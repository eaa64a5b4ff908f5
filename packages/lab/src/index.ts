export type { CommandResult } from './command.ts'
export type { Daemon } from './daemon.ts'
export { createLab } from './lab.ts'
export type { CliResult, Host, HostProcess, KillTarget, Lab, LabOptions, LinkShape, ReadyEvent } from './types.ts'
