/** What computes and nothing else: no clock, no randomness, no I/O. */
const pureFolders: readonly string[] = [
  'packages/core/src',
  ...['errors', 'deal', 'budget', 'audit-log', 'verification'].map((name) => `packages/swarm/src/${name}`)
]

/** Whether a file belongs to a folder that only computes. */
export const isPure = (path: string): boolean => pureFolders.some((folder) => path.startsWith(`${folder}/`))
