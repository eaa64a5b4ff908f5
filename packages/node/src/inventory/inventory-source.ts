import { cpus } from 'node:os'
import { printable } from '@unhosted/core/errors'
import { type HeldModel, type Inventory, inventoryDiffers } from '@unhosted/core/inventory'
import { type BareDevice, budgetDevices, type ReservedMemory, withoutTwins } from '@unhosted/core/memory'
import { type Clock, createEmitter, type Part } from '../base/index.ts'
import type { Log } from '../log/index.ts'
import type { DeviceLimits } from './device-limits.ts'

export interface InventoryOptions {
  readonly peerId: string
  readonly name: string
  /** Unhosted's own version. */
  readonly version: string
  /** null while there is no engine. */
  readonly engineVersion: () => string | null
  /** The engine's device list, CPU included. */
  readonly engineDevices: (options: { readonly signal: AbortSignal }) => Promise<readonly BareDevice[]>
  readonly models: () => Promise<readonly HeldModel[]>
  /** What the memory ledger holds reserved. */
  readonly reserved: (deviceId: string) => ReservedMemory
  /** Told of the devices at each look. */
  readonly limits: DeviceLimits
  readonly clock: Clock
  readonly log: Log
}

/** This machine's facts: asked for cheaply, told when they change. */
export interface InventorySource extends Part {
  /**
   * As of now: reservations and models exactly, free memory at most `freshMs` old.
   * @throws BaseError ENGINE_START_FAILED | CANCELLED as `engineDevices` and `models` do
   */
  inventory(signal: AbortSignal): Promise<Inventory>
  /** What was last told; null before the first look. */
  last(): Inventory | null
  /** Something changed here (a lease, a load, a model, the engine): look again, and tell once started. */
  touch(): void
  /** Told with the first inventory and after each change that matters. @returns a function that removes the listener. */
  onChange(listener: (inventory: Inventory) => void): () => void
  /** Looks at free memory every `watchMs` from now on. */
  start(): Promise<void>
}

/** A device list is used again for so long. */
const freshMs = 2000
/** How often a wobble of free memory is looked for when nobody asks; with a GPU that starts the engine (0.1 to 1 s of CPU). */
const watchMs = 30_000

export function createInventory(options: InventoryOptions): InventorySource {
  const { clock } = options
  const events = createEmitter<{ change: Inventory }>(options.log)
  const stopping = new AbortController()
  let seen: { readonly devices: readonly BareDevice[]; readonly at: number } | null = null
  let told: Inventory | null = null
  let endWatch: (() => void) | null = null
  let looking: Promise<void> | null = null
  let lookAgain = false
  let touches = 0

  const devices = async (signal: AbortSignal): Promise<readonly BareDevice[]> => {
    if (seen !== null && clock.elapsed() - seen.at < freshMs) return seen.devices
    const asked = touches
    const fresh = withoutTwins(await options.engineDevices({ signal }))
    // An answer to a question from before a change is no news of it.
    options.limits.seen(fresh)
    seen = { devices: fresh, at: asked === touches ? clock.elapsed() : Number.NEGATIVE_INFINITY }
    return fresh
  }
  const inventory = async (signal: AbortSignal): Promise<Inventory> => {
    const [bare, models] = await Promise.all([devices(signal), options.models()])
    return describeMachine(options, bare, models)
  }
  const tell = async (): Promise<void> => {
    const now = await inventory(stopping.signal)
    if (stopping.signal.aborted || (told !== null && !inventoryDiffers(told, now))) return
    told = now
    events.emit('change', now)
  }
  const look = (): void => {
    if (endWatch === null || stopping.signal.aborted) return
    lookAgain = looking !== null
    looking ??= tell()
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) options.log.warn({ error: String(error) }, 'could not take the inventory')
      })
      .finally(() => {
        looking = null
        if (lookAgain) look()
      })
  }

  return {
    name: 'inventory',
    inventory,
    last: () => told,
    touch() {
      touches += 1
      seen = null
      look()
    },
    onChange: (listener) => events.on('change', listener),
    async start() {
      if (endWatch !== null || stopping.signal.aborted) return
      endWatch = clock.every(watchMs, look)
      look()
    },
    async stop() {
      stopping.abort()
      endWatch?.()
    }
  }
}

function describeMachine(
  options: InventoryOptions,
  devices: readonly BareDevice[],
  models: readonly HeldModel[]
): Inventory {
  const processors = cpus()
  return {
    peerId: options.peerId,
    name: options.name,
    version: options.version,
    engineVersion: options.engineVersion(),
    platform: `${process.platform}-${process.arch}`,
    cpu: { model: printable(processors[0]?.model ?? '', 64, 'unknown'), cores: Math.max(1, processors.length) },
    devices: [...budgetDevices(devices, options.limits.policy, options.reserved)],
    models: [...models]
  }
}
