import { BaseError } from '@unhosted/core/errors'
import type { DeviceLimit } from '@unhosted/core/memory'
import { formatBytes } from '@unhosted/core/units'
import type { MemoryLedger, Reservation } from './types.ts'

export interface MemoryLedgerOptions {
  /** Asked at each reservation; undefined for a device that is not there. */
  readonly limits: (deviceId: string) => DeviceLimit | undefined
}

interface Held {
  own: number
  lent: number
}

export function createMemoryLedger(options: MemoryLedgerOptions): MemoryLedger {
  const held = new Map<string, Held>()

  function heldOn(deviceId: string): Held {
    const known = held.get(deviceId)
    if (known !== undefined) return known
    const fresh: Held = { own: 0, lent: 0 }
    held.set(deviceId, fresh)
    return fresh
  }

  return {
    reserve(deviceId, bytes, purpose) {
      if (!Number.isSafeInteger(bytes) || bytes < 0) throw new RangeError(`Not an amount of memory: ${bytes}`)
      const limits = options.limits(deviceId)
      if (limits === undefined) throw refusal(purpose, `There is no device ${deviceId} on this machine.`)
      const now = heldOn(deviceId)
      const free = freeFor(purpose, limits, now)
      if (bytes > free) {
        const left = `${formatBytes(free)} of ${formatBytes(purpose === 'own' ? limits.ownLimitBytes : limits.lendLimitBytes)}`
        const verb = purpose === 'own' ? 'may still be used' : 'may still be lent'
        throw refusal(purpose, `${formatBytes(bytes)} asked of ${deviceId}, where ${left} ${verb}.`, free)
      }
      now[purpose] += bytes
      return reservation(deviceId, bytes, () => {
        now[purpose] -= bytes
      })
    },
    reserved(deviceId) {
      const { own, lent } = held.get(deviceId) ?? { own: 0, lent: 0 }
      return { own, lent }
    }
  }
}

/** Bytes that `purpose` may still have; never negative, also where a limit was lowered below what is held. */
function freeFor(purpose: 'own' | 'lent', limits: DeviceLimit, now: Held): number {
  const inAll = Math.min(limits.ownLimitBytes, limits.totalBytes) - now.own - now.lent
  const free = purpose === 'own' ? inAll : Math.min(inAll, limits.lendLimitBytes - now.lent)
  return Math.max(0, free)
}

function refusal(purpose: 'own' | 'lent', what: string, freeBytes = 0): BaseError {
  return purpose === 'own'
    ? new BaseError('NO_CAPACITY', what, {
        advice: 'Raise --memory, unload another model, or lower the context size.',
        details: { freeBytes }
      })
    : new BaseError('LEASE_REFUSED', what, {
        advice: 'Raise --lend-memory on that machine, or use a smaller context.',
        details: { freeBytes }
      })
}

function reservation(deviceId: string, bytes: number, free: () => void): Reservation {
  let released = false
  const release = (): void => {
    if (released) return
    released = true
    free()
  }
  return { deviceId, bytes, release, [Symbol.dispose]: release }
}
