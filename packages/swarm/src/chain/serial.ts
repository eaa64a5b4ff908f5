/** Runs what it is given one after the other, in the order of the calls; a failure stops nobody else. */
export type Serial = <T>(work: () => Promise<T>) => Promise<T>

export function createSerial(): Serial {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work, work)
    last = result.catch(() => undefined)
    return result
  }
}

/** One `Serial` for each key, kept only while it has work: keys may be made up by strangers. */
export function createKeyedSerial<K>(): <T>(key: K, work: () => Promise<T>) => Promise<T> {
  const serials = new Map<K, { readonly run: Serial; waiting: number }>()
  return async (key, work) => {
    const serial = serials.get(key) ?? { run: createSerial(), waiting: 0 }
    serials.set(key, serial)
    serial.waiting += 1
    try {
      return await serial.run(work)
    } finally {
      serial.waiting -= 1
      if (serial.waiting === 0) serials.delete(key)
    }
  }
}
