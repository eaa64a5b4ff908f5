import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runForge } from './forge.ts'

/** What forge writes of a contract, as far as it is used here. */
interface Artifact {
  readonly abi: readonly object[]
  readonly bytecode: { readonly object: string; readonly linkReferences: object }
  readonly deployedBytecode: {
    readonly object: string
    readonly immutableReferences?: Readonly<Record<string, readonly { start: number; length: number }[]>>
  }
  readonly ast?: unknown
}

export interface CompiledContract {
  readonly name: string
  readonly abi: readonly object[]
  /** Creation code; constructor arguments follow it. */
  readonly bytecode: string
  /** Runtime code with zeros where immutables stand. */
  readonly runtime: string
  /** Where each immutable stands in the runtime code: offsets in bytes, of words of 32 bytes. */
  readonly immutables: Readonly<Record<string, readonly number[]>>
}

/**
 * Compile contracts, from nothing and with nothing else, so that the result depends on their sources and foundry.toml only.
 * @param sources paths from the package's folder; each file holds the contract that it is named after
 */
export async function compile(sources: readonly string[]): Promise<readonly CompiledContract[]> {
  const folder = await mkdtemp(join(tmpdir(), 'unhosted-contracts-'))
  try {
    const out = join(folder, 'out')
    const args = ['build', ...sources, '--force', '--ast', '--out', out, '--cache-path', join(folder, 'cache')]
    const { code, stdout, stderr } = await runForge(args)
    if (code !== 0) throw new Error(`forge build failed:\n${stdout}${stderr}`)
    const artifacts = await readArtifacts(out)
    const names = immutableNames([...artifacts.values()])
    return sources.map((source) => {
      const name = source.replace(/^.*\/(.*)\.sol$/, '$1')
      const artifact = artifacts.get(`${name}.sol/${name}.json`)
      if (artifact === undefined) throw new Error(`${source} does not hold a contract named ${name}`)
      return compiled(name, artifact, names)
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function readArtifacts(out: string): Promise<ReadonlyMap<string, Artifact>> {
  const paths = (await readdir(out, { recursive: true })).filter((path) => /\.sol[/\\][^/\\]*\.json$/.test(path))
  const entries = paths.map(async (path) => {
    const artifact = JSON.parse(await readFile(join(out, path), 'utf8')) as Artifact
    return [path.replaceAll('\\', '/'), artifact] as const
  })
  return new Map(await Promise.all(entries))
}

/** The compiler names immutables by the id of their declaration in the syntax tree: find every declaration's name. */
function immutableNames(artifacts: readonly Artifact[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    if ('mutability' in node && node.mutability === 'immutable' && 'id' in node && 'name' in node) {
      names.set(String(node.id), String(node.name))
    }
    for (const child of Object.values(node)) visit(child)
  }
  for (const { ast } of artifacts) visit(ast)
  return names
}

function compiled(name: string, artifact: Artifact, names: ReadonlyMap<string, string>): CompiledContract {
  const immutables: Record<string, readonly number[]> = {}
  for (const [id, places] of Object.entries(artifact.deployedBytecode.immutableReferences ?? {})) {
    const immutable = names.get(id)
    if (immutable === undefined || immutable in immutables) throw new Error(`${name}: no name of its own for ${id}`)
    if (places.some(({ length }) => length !== 32)) throw new Error(`${name}: ${immutable} is not a word`)
    immutables[immutable] = places.map(({ start }) => start).toSorted((a, b) => a - b)
  }
  if (Object.keys(artifact.bytecode.linkReferences).length > 0) throw new Error(`${name}: libraries are not linked`)
  return {
    name,
    abi: artifact.abi,
    bytecode: artifact.bytecode.object,
    runtime: artifact.deployedBytecode.object,
    immutables: Object.fromEntries(Object.entries(immutables).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }
}
