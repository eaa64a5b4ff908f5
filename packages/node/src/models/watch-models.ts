import { type FSWatcher, watch } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import type { Log } from '../log/index.ts'

/**
 * Call `onChange` when models come or go, whoever does it: the CLI imports and removes without asking the daemon.
 * Where the system cannot watch folders, the regular look at the inventory has to do.
 * @returns a function that ends the watch
 */
export async function watchModels(folder: string, onChange: () => void, log: Log): Promise<() => void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  let watcher: FSWatcher
  try {
    watcher = watch(folder, { persistent: false }, onChange)
  } catch (error) {
    log.debug({ err: error }, 'the models folder cannot be watched')
    return () => {}
  }
  watcher.on('error', (error) => {
    log.debug({ err: error }, 'the watch of the models folder ended')
    watcher.close()
  })
  return () => watcher.close()
}
