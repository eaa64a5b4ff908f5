export { closingEvents, createClosingWatch } from './closing-watch.ts'
export { createEventWatcher, type EventWatcher, type EventWatcherOptions, type SwarmNotice } from './event-watcher.ts'
export { confirmationsOfEvent, type SwarmEvent, type SwarmEventName } from './swarm-events.ts'
