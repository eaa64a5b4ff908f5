import type { CommandGroup as AnyCommandGroup } from '@unhosted/terminal'
import type { Command, CommandContext } from './context.ts'

export type CommandGroup = AnyCommandGroup<CommandContext>

/** A group that another package brings: the package is loaded only when the group is used. */
export interface LazyGroup {
  readonly name: string
  readonly summary: string
  /** @throws BaseError where the package is not installed */
  readonly load: () => Promise<readonly Command[]>
}

export type Entry = Command | CommandGroup
export type LazyEntry = Entry | LazyGroup

export function isGroup(entry: Entry): entry is CommandGroup {
  return 'commands' in entry
}

/** The table of commands with the groups loaded whose name is among `words`; the others have no commands yet. */
export async function loadEntries(entries: readonly LazyEntry[], words: readonly string[]): Promise<readonly Entry[]> {
  return Promise.all(
    entries.map(async (entry) => {
      if (!('load' in entry)) return entry
      const { name, summary, load } = entry
      return { name, summary, commands: words.includes(name) ? await load() : [] }
    })
  )
}
