export { knownPassphrase, newPassphrase, rememberPassphrase } from './passphrase.ts'
export { checksummed, renderAddresses } from './render-addresses.ts'
