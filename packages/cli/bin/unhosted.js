#!/usr/bin/env node
// Old syntax on purpose (no ?., ??, top-level await): a Node of 2020 must parse this file and say what is needed.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

function isNewEnough(version) {
  const parts = version.split('.').map(Number)
  return parts[0] > 22 || (parts[0] === 22 && parts[1] >= 12)
}

/** The `node` package that a checkout has as a dev dependency; null in an installed package. */
function bundledNode() {
  try {
    const name = process.platform === 'win32' ? 'node.exe' : 'node'
    const path = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', name)
    return existsSync(path) && path !== process.execPath ? path : null
  } catch (_error) {
    return null
  }
}

function tooOld() {
  const message = `Unhosted needs Node.js 22.12 or newer; this is ${process.versions.node}.`
  const advice = 'Install a current one from https://nodejs.org and run the command again.'
  if (process.argv.indexOf('--json') === -1) console.error(`error: ${message} ${advice}`)
  else console.log(JSON.stringify({ error: { code: 'NODE_TOO_OLD', message: message, advice: advice } }))
  process.exitCode = 1
}

/**
 * Runs this file again under the Node at `path`. Ctrl-C on a terminal reaches the child by itself;
 * passing it on as well would make it two, and two mean "at once".
 */
function runUnder(path) {
  const child = spawn(path, [fileURLToPath(import.meta.url)].concat(process.argv.slice(2)), { stdio: 'inherit' })
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT')
  })
  ;['SIGTERM', 'SIGHUP'].forEach((signal) => {
    process.on(signal, () => {
      child.kill(signal)
    })
  })
  child.on('error', tooOld)
  child.on('exit', (code) => {
    process.exit(code === null ? 1 : code)
  })
}

if (isNewEnough(process.versions.node)) {
  import(pathToFileURL(join(here, '..', 'dist', 'main.js')).href).then((main) => main.start())
} else {
  const other = bundledNode()
  if (other === null) tooOld()
  else runUnder(other)
}
