const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => stopping.abort(new Error(`stopped by ${signal}`)))
}

/** Aborts on Ctrl-C, so that temporary folders are removed and no forge is left behind. */
export const interrupted: AbortSignal = stopping.signal
