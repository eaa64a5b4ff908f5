import { readFile } from 'node:fs/promises'
import { prepareHome } from '@unhosted/node/store'
import { askSecret } from '@unhosted/terminal'
import * as Mnemonic from 'ox/Mnemonic'
import type { Hex } from '../../../deal/index.ts'
import { BaseError } from '../../../errors/index.ts'
import { swarmPaths } from '../../../home/index.ts'
import type { passphraseOptions } from '../../../options/index.ts'
import type { CommandContext, Handler } from '../../../options/types.ts'
import { createWallet, parseKeystore, unseal } from '../../../wallet/index.ts'
import { newPassphrase, rememberPassphrase, renderAddresses } from '../../../wallet-session/index.ts'
import { refuseSecondWallet } from '../refuse-second.ts'
import type { positionals } from './index.ts'

const advice = 'Run the command in a terminal.'
const firstAccount = "m/44'/60'/0'/0/0"
/** Of secp256k1: a private key is below it. SEC 2, 2.4.1. */
const curveOrder = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

export const handle: Handler<typeof passphraseOptions, typeof positionals> = async (args, context) => {
  const { paths, output } = context
  await refuseSecondWallet(paths)
  const payerKey = args.keystore === undefined ? await typedKey(context) : await keyFrom(args.keystore, context)
  const passphrase = await newPassphrase(args, context)
  await prepareHome(paths)
  const addresses = await createWallet(paths, passphrase, { payerKey })
  if (args.keychain === true) await rememberPassphrase(passphrase, context)
  output.result({ addresses, folder: swarmPaths(paths).wallet }, () =>
    [renderAddresses(addresses, output.colours), '', `The keys are in ${swarmPaths(paths).wallet}, encrypted.`].join(
      '\n'
    )
  )
}

async function typedKey(context: CommandContext): Promise<Hex> {
  const typed = (await askSecret('Private key or recovery phrase: ', context, advice)).trim().toLowerCase()
  const key = typed.includes(' ') ? fromPhrase(typed.split(/\s+/).join(' ')) : `0x${typed.replace(/^0x/, '')}`
  if (isPrivateKey(key)) return key
  throw new BaseError('USAGE', 'The text is neither a private key nor a recovery phrase.', {
    advice: 'Type 64 hexadecimal digits, or the 12 to 24 English words of a recovery phrase, in their order.'
  })
}

/** The first account of a phrase, as wallets derive it (BIP-44); null where its checksum is wrong. */
function fromPhrase(phrase: string): Hex | null {
  return Mnemonic.validate(phrase, Mnemonic.english)
    ? Mnemonic.toPrivateKey(phrase, { as: 'Hex', path: firstAccount })
    : null
}

function isPrivateKey(key: string | null): key is Hex {
  if (key === null || !/^0x[0-9a-f]{64}$/.test(key)) return false
  const value = BigInt(key)
  return value > 0n && value < curveOrder
}

async function keyFrom(path: string, context: CommandContext): Promise<Hex> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new BaseError('USAGE', `Cannot read ${path}.`, { advice: 'Name a keystore file.', cause })
  })
  const file = parseKeystore(text, path)
  return unseal(file, await askSecret('Passphrase of the keystore file: ', context, advice))
}
