export { isLoopback } from './access.ts'
export { hashApiKey } from './api-keys.ts'
export { createGateway } from './gateway.ts'
export {
  defaultGatewayLimits,
  type Gateway,
  type GatewayConfig,
  type GatewayLimits,
  type GatewayOptions,
  type RequestEvent
} from './types.ts'
