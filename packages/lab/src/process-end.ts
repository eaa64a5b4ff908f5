/** Run `stop` before this process ends by a signal, then let the signal do its work. @returns a function that forgets it */
export function onProcessEnd(stop: () => Promise<void>): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const onSignal = (signal: NodeJS.Signals): void => {
    release()
    void stop()
      .catch((error: unknown) => process.stderr.write(`lab: ${String(error)}\n`))
      .finally(() => process.kill(process.pid, signal))
  }
  const release = (): void => {
    for (const signal of signals) process.off(signal, onSignal)
  }
  for (const signal of signals) process.on(signal, onSignal)
  return release
}
