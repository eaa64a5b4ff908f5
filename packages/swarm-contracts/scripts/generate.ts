// Compiles the contracts and writes src/generated: npm run generate -w @unhosted/swarm-contracts
import { mkdir, writeFile } from 'node:fs/promises'
import { compile } from './compile.ts'
import { exported, render } from './render.ts'

const folder = new URL('../src/generated/', import.meta.url)
await mkdir(folder, { recursive: true })
const contracts = await compile(Object.values(exported))
for (const [index, file] of Object.keys(exported).entries()) {
  const contract = contracts[index]
  if (contract === undefined) throw new Error(`${file} did not compile`)
  await writeFile(new URL(`${file}.ts`, folder), render(contract))
  process.stdout.write(`src/generated/${file}.ts: ${contract.name}, ${contract.runtime.length / 2 - 1} bytes\n`)
}
