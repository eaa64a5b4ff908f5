import type { CompiledContract } from './compile.ts'

/** The contracts that the package exports, by the name of their file in src/generated. */
export const exported: Readonly<Record<string, string>> = {
  'swarm-lanes': 'contracts/SwarmLanes.sol',
  'provider-stake': 'contracts/ProviderStake.sol',
  'mock-usdc': 'contracts/mocks/MockUSDC.sol'
}

/** A contract as a TypeScript module: ABI with literal types, creation code, and runtime code to compare with a chain's. */
export function render({ name, abi, bytecode, runtime, immutables }: CompiledContract): string {
  const prefix = constant(name)
  return `// Written by \`npm run generate -w @unhosted/swarm-contracts\`; a test compares it with what compiles.

/** The ABI of ${name}. */
export const ${prefix}Abi = [
${abi.map((entry) => `  ${JSON.stringify(entry)}`).join(',\n')}
] as const

/** The creation code of ${name}; constructor arguments follow it. */
export const ${prefix}Bytecode =
  '${bytecode}'

/** The code that a deployed ${name} has, with zeros where immutables stand, and the byte offsets of each immutable. */
export const ${prefix}Runtime = {
  code: '${runtime}',
  immutables: ${JSON.stringify(immutables)}
} as const
`
}

/** SwarmLanes becomes swarmLanes, MockUSDC mockUsdc. */
function constant(name: string): string {
  const words = name.match(/[A-Z]+(?![a-z])|[A-Z][a-z]*/g) ?? [name]
  return words
    .map((word, index) => (index === 0 ? word[0]?.toLowerCase() : word[0]) + word.slice(1).toLowerCase())
    .join('')
}
