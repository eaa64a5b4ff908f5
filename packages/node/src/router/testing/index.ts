// What the dispatcher does with a request, for tests of the gateway on a real engine.
export { forwardToEngine } from '../engine-upstream.ts'
