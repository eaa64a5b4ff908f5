import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'

/** What a result was measured on. */
export interface MachineFacts {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly system: string
  readonly node: string
  readonly commit: string
  /** Whether the tree had changes that the commit does not show. */
  readonly dirty: boolean
}

export function machineFacts(): MachineFacts {
  const all = cpus()
  const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim()
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryBytes: totalmem(),
    system: `${process.platform} ${process.arch} ${release()}`,
    node: process.versions.node,
    commit: git('rev-parse', '--short=12', 'HEAD'),
    dirty: git('status', '--porcelain', '--untracked-files=no') !== ''
  }
}
