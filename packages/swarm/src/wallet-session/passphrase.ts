import { readFile, stat } from 'node:fs/promises'
import { type Arguments, askSecret, usageError } from '@unhosted/terminal'
import { BaseError } from '../errors/index.ts'
import type { passphraseOptions } from '../options/index.ts'
import type { CommandContext } from '../options/types.ts'
import { systemKeychain } from '../wallet/index.ts'

type PassphraseArguments = Arguments<typeof passphraseOptions, Record<never, never>>

const advice = 'Run the command in a terminal, or use --passphrase-file FILE or --keychain.'
const maxFileBytes = 4096

/** The passphrase for a wallet that is about to be made; asked for twice where a person types it. */
export async function newPassphrase(args: PassphraseArguments, context: CommandContext): Promise<string> {
  if (args.passphraseFile !== undefined) return fromFile(args.passphraseFile)
  const typed = await askSecret('Passphrase for the new wallet: ', context, advice)
  const again = await askSecret('Repeat the passphrase: ', context, advice)
  if (typed !== again) {
    throw new BaseError('USAGE', 'The two passphrases differ. No wallet was created.', {
      advice: 'Run the command again and type the same passphrase twice.'
    })
  }
  return typed
}

/**
 * Keep the passphrase where the operating system keeps secrets.
 * @throws BaseError KEYCHAIN_UNAVAILABLE
 */
export async function rememberPassphrase(passphrase: string, { paths, signal }: CommandContext): Promise<void> {
  await systemKeychain.set(paths.home, passphrase, { signal })
}

/** The passphrase of the wallet there is: from a file, the keychain, or a person. */
export async function knownPassphrase(args: PassphraseArguments, context: CommandContext): Promise<string> {
  if (args.passphraseFile !== undefined) return fromFile(args.passphraseFile)
  if (args.keychain === true) {
    const kept = await systemKeychain.get(context.paths.home, { signal: context.signal })
    if (kept !== null) return kept
    const typed = await askSecret('Passphrase of the wallet (it will be saved in the keychain): ', context, advice)
    await rememberPassphrase(typed, context)
    return typed
  }
  return askSecret('Passphrase of the wallet: ', context, advice)
}

async function fromFile(path: string): Promise<string> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new BaseError('USAGE', `Cannot read the passphrase file ${path}.`, {
      advice: 'Check that the file exists and that you may read it.',
      cause
    })
  })
  if (found.isDirectory()) throw usageError(`${path} is a folder, not a passphrase file.`)
  if (process.platform !== 'win32' && found.isFile() && (found.mode & 0o077) !== 0) {
    throw new BaseError('USAGE', `Other users of this computer can read ${path}.`, { advice: `Run: chmod 600 ${path}` })
  }
  if (found.size > maxFileBytes) throw usageError(`${path} is too large for a passphrase.`)
  const [line = ''] = (await readFile(path, 'utf8')).split(/\r?\n/, 1)
  if (line === '') throw usageError(`The first line of ${path} is empty.`)
  return line
}
