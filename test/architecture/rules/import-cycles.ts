import type { ImportKind, SourceFile } from '../parse-source.ts'
import type { Resolve } from '../resolve-import.ts'
import type { Violation } from '../violations.ts'

/**
 * Files that import each other in a circle, one path per circle: 'a.ts -> b.ts -> a.ts'.
 * `kinds` says which imports count. An `import()` is no part of a circle when it runs after both files are loaded,
 * so callers leave `dynamic` out.
 */
export function importCycles(
  files: readonly SourceFile[],
  resolve: Resolve,
  kinds: readonly ImportKind[]
): readonly Violation[] {
  const graph = graphOf(files, resolve, kinds)
  return components(graph).flatMap((component) => {
    const cycle = shortestCycle(graph, component)
    if (cycle === null) return []
    const advice =
      'These files import each other in a circle. Move what they share (often a type) into a file that imports none of them.'
    return [{ where: cycle.join(' -> '), advice }]
  })
}

type Graph = ReadonlyMap<string, readonly string[]>

function graphOf(files: readonly SourceFile[], resolve: Resolve, kinds: readonly ImportKind[]): Graph {
  const known = new Set(files.map(({ path }) => path))
  const targets = (file: SourceFile): readonly string[] =>
    file.imports
      .filter(({ kind }) => kinds.includes(kind))
      .flatMap(({ specifier }) => resolve(file, specifier) ?? [])
      .filter((path) => known.has(path))
  return new Map(files.map((file) => [file.path, [...new Set(targets(file))]]))
}

/** Tarjan's strongly connected components, in the order in which they are found. */
function components(graph: Graph): readonly (readonly string[])[] {
  const found: string[][] = []
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const lowOf = (path: string): number => low.get(path) ?? Number.POSITIVE_INFINITY
  const visit = (path: string): void => {
    const own = index.size
    index.set(path, own)
    low.set(path, own)
    stack.push(path)
    for (const next of graph.get(path) ?? []) {
      if (!index.has(next)) {
        visit(next)
        low.set(path, Math.min(lowOf(path), lowOf(next)))
      } else if (stack.includes(next)) {
        low.set(path, Math.min(lowOf(path), index.get(next) ?? own))
      }
    }
    if (lowOf(path) === own) found.push(stack.splice(stack.indexOf(path)))
  }
  for (const path of graph.keys()) if (!index.has(path)) visit(path)
  return found
}

/** The shortest way from the first file of a component back to it; null for a file that imports none of its component. */
function shortestCycle(graph: Graph, component: readonly string[]): readonly string[] | null {
  const [start] = component.toSorted()
  if (start === undefined) return null
  const ways: (readonly string[])[] = [[start]]
  const seen = new Set<string>()
  for (const way of ways) {
    for (const next of graph.get(way.at(-1) ?? start) ?? []) {
      if (next === start) return [...way, start]
      if (seen.has(next) || !component.includes(next)) continue
      seen.add(next)
      ways.push([...way, next])
    }
  }
  return null
}
