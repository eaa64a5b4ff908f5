import type { AsyncEntry } from '@napi-rs/keyring'
import { BaseError } from '../errors/index.ts'

/** Where the operating system keeps secrets: macOS Keychain, Windows Credential Manager, Secret Service on Linux. */
export interface Keychain {
  /** The passphrase of the wallet in `home`, or null. */
  get(home: string, options: { readonly signal: AbortSignal }): Promise<string | null>
  set(home: string, passphrase: string, options: { readonly signal: AbortSignal }): Promise<void>
  /** @returns whether there was one */
  remove(home: string, options: { readonly signal: AbortSignal }): Promise<boolean>
}

const service = 'unhosted-wallet'

/**
 * The keychain of the operating system.
 * On Linux only the Secret Service counts: the kernel's keyring, which the library would fall back to, forgets at the
 * next boot.
 */
export const systemKeychain: Keychain = {
  get: (home, { signal }) => inKeychain(home, signal, async (entry) => (await entry.getPassword(signal)) ?? null),
  set: (home, passphrase, { signal }) => inKeychain(home, signal, (entry) => entry.setPassword(passphrase, signal)),
  remove: (home, { signal }) => inKeychain(home, signal, (entry) => entry.deleteCredential(signal))
}

async function inKeychain<T>(home: string, signal: AbortSignal, act: (entry: AsyncEntry) => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  try {
    // Native, and missing on some platforms: loaded only by who asks for it.
    const { AsyncEntry: Entry } = await import('@napi-rs/keyring')
    return await act(new Entry(service, home, { linux: { store: 'secret-service' } }))
  } catch (error) {
    signal.throwIfAborted()
    throw new BaseError('KEYCHAIN_UNAVAILABLE', 'The keychain of this computer cannot be used.', {
      advice:
        'Unlock it, or go without --keychain and give the passphrase. On Linux it takes a Secret Service such as GNOME Keyring or KWallet, and a desktop session.',
      cause: error
    })
  }
}
