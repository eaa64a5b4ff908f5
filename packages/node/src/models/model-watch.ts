import { type FSWatcher, watch } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import type { Part } from '../base/index.ts'
import type { Log } from '../log/index.ts'

/**
 * Calls `onChange` when models come or go, whoever does it: the CLI imports and removes without asking the daemon.
 * Where the system cannot watch folders, the regular look at the inventory has to do.
 */
export function createModelWatch(folder: string, onChange: () => void, log: Log): Part {
  let watcher: FSWatcher | null = null
  return {
    name: 'model watch',
    async start() {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      try {
        watcher ??= watch(folder, { persistent: false }, onChange)
      } catch (error) {
        log.debug({ err: error }, 'the models folder cannot be watched')
        return
      }
      watcher.on('error', (error) => {
        log.debug({ err: error }, 'the watch of the models folder ended')
        watcher?.close()
      })
    },
    async stop() {
      watcher?.close()
    }
  }
}
