#!/usr/bin/env node
// The compiler as forge calls it (--version, --standard-json), served by the npm package solc: nothing to download.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve, sep } from 'node:path'

const require = createRequire(import.meta.url)

/** The value of a flag that forge passes, or `otherwise`. */
function flag(name, otherwise) {
  const at = process.argv.indexOf(name)
  return at === -1 ? otherwise : process.argv[at + 1]
}

/** Like the native compiler, read an import that is not in the input from the base path, if it is in an allowed folder. */
function readImport(unit) {
  const path = resolve(flag('--base-path', '.'), unit)
  const allowed = flag('--allow-paths', '').split(',')
  if (!allowed.some((folder) => folder !== '' && path.startsWith(resolve(folder) + sep))) {
    return { error: `File outside of allowed directories: ${unit}` }
  }
  try {
    return { contents: readFileSync(path, 'utf8') }
  } catch (error) {
    return { error: error.message }
  }
}

if (process.argv.includes('--version')) {
  // Not asked of the compiler itself: forge wants to know several times a run, and loading it takes a while.
  const { version } = require('solc/package.json')
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`)
} else if (process.argv.includes('--standard-json')) {
  process.stdout.write(require('solc').compile(readFileSync(0, 'utf8'), { import: readImport }))
} else {
  process.stderr.write('Takes --version, or --standard-json with the input on stdin.\n')
  process.exitCode = 2
}
