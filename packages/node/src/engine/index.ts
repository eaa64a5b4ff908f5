export { createDeviceList, type DeviceList, type EngineDevice, parseDeviceList } from './devices.ts'
export { sweepProcesses } from './process-record.ts'
export { createEngineRunner, type EngineRunnerOptions } from './runner.ts'
export type * from './types.ts'
