import type { SourceFile } from '../parse-source.ts'
import type { Resolve } from '../resolve-import.ts'
import type { Violation } from '../violations.ts'

/** The layers of one package. */
export interface Layers {
  /** The folder of the sources: 'packages/node/src'. */
  readonly root: string
  /** Folders and single files of `root`, lowest first: each imports itself and those before it. */
  readonly order: readonly string[]
}

/**
 * Imports from a lower folder to a higher one, and names of `order` that do not exist or are missing.
 * A file of `root` that `order` does not name composes the package: it imports everything, and no folder imports it.
 */
export function folderOrder(
  files: readonly SourceFile[],
  resolve: Resolve,
  { root, order }: Layers
): readonly Violation[] {
  const own = files.filter(({ path }) => path.startsWith(`${root}/`))
  const layer = (path: string): string => layerOf(root, order, path)
  const backward = own.flatMap((file) =>
    file.imports.flatMap(({ specifier }): readonly Violation[] => {
      const target = resolve(file, specifier)
      if (target === null || !target.startsWith(`${root}/`)) return []
      const [from, to] = [layer(file.path), layer(target)]
      if (from === '' || from === to || (to !== '' && order.indexOf(to) < order.indexOf(from))) return []
      return [{ where: `${file.path} -> ${target}`, advice: advise(from, to) }]
    })
  )
  const existing = new Set(own.map(({ path }) => layer(path)).filter((name) => name !== ''))
  const missing = [...existing].filter((name) => !order.includes(name))
  const stale = order.filter((name) => !existing.has(name))
  return [
    ...missing.map((name) => ({
      where: `${root}/${name}`,
      advice: 'No list names this folder. Add it to layers.ts, after every folder that it imports.'
    })),
    ...stale.map((name) => ({ where: `${root}/${name}`, advice: 'This does not exist. Delete it from layers.ts.' })),
    ...backward
  ]
}

const advise = (from: string, to: string): string =>
  to === ''
    ? `'${from}' must not import the files that compose the package. Move what it needs down into a folder.`
    : `'${from}' comes before '${to}' (layers.ts). Pass the value in, emit an event, or move what both need further down.`

/** 'pool' for `root`/pool/lease.ts; 'units' for `root`/units.ts when `order` names it; '' for other files of `root`. */
function layerOf(root: string, order: readonly string[], path: string): string {
  const [first = '', ...rest] = path.slice(root.length + 1).split('/')
  if (rest.length > 0) return first
  const name = first.replace(/\.ts$/, '')
  return order.includes(name) ? name : ''
}
