export * from './keychain.ts'
export * from './keystore.ts'
export * from './wallet.ts'
