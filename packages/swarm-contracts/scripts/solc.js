#!/usr/bin/env node
// The compiler as forge calls it (--version, --standard-json), served by the npm package solc: nothing to download.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const solc = createRequire(import.meta.url)('solc')

if (process.argv.includes('--version')) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`)
} else if (process.argv.includes('--standard-json')) {
  process.stdout.write(solc.compile(readFileSync(0, 'utf8')))
} else {
  process.stderr.write('Takes --version, or --standard-json with the input on stdin.\n')
  process.exitCode = 2
}
