import { createRequire } from 'node:module'
import { BaseError } from './errors.ts'

const platforms: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-amd64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-amd64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'win32-amd64'
}

/**
 * The executable of a Foundry tool as npm installed it for this platform. Not the wrapper in node_modules/.bin: that is
 * a process of its own, and killing it hard would leave the tool behind.
 * @throws BaseError FOUNDRY_MISSING
 */
export function foundryBinary(tool: 'anvil' | 'forge'): string {
  const here = `${process.platform}-${process.arch}`
  const platform = platforms[here]
  const file = process.platform === 'win32' ? `${tool}.exe` : tool
  try {
    if (platform === undefined) throw new Error(`Foundry is not built for ${here}`)
    return createRequire(import.meta.url).resolve(`@foundry-rs/${tool}-${platform}/bin/${file}`)
  } catch (cause) {
    throw new BaseError('FOUNDRY_MISSING', `The development tool ${tool} is not installed for ${here}.`, {
      advice: 'Run npm install in a checkout of the project; it is a development dependency, not part of the package.',
      cause,
      details: { tool, platform: here }
    })
  }
}
