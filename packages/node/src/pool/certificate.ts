import { createHash, generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto'
import { promisify } from 'node:util'

/** A key and the self-signed certificate that stands for it in TLS; made anew for each lease, kept in memory only. */
export interface Certificate {
  readonly keyPem: string
  readonly certPem: string
  /** SHA-256 of the DER form, lower-case hex. */
  readonly fingerprint: string
}

const generateKeys = promisify(generateKeyPair)

/**
 * ECDSA P-256. The name, serial number and dates in it mean nothing: peers compare the fingerprint
 * that came over the authenticated control stream, and nothing else.
 */
export async function createCertificate(): Promise<Certificate> {
  const { privateKey, publicKey } = await generateKeys('ec', { namedCurve: 'P-256' })
  const der = selfSigned(privateKey, publicKey)
  return {
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certPem: `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    fingerprint: fingerprintOf(der)
  }
}

/** SHA-256 of a certificate's DER form, lower-case hex. */
export function fingerprintOf(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex')
}

// X.509 version 3 as in RFC 5280 section 4.1; the only certificate we write, so a fixed layout does.
function selfSigned(privateKey: KeyObject, publicKey: KeyObject): Buffer {
  const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'))
  const commonName = sequence(objectId('550403'), der(0x0c, Buffer.from('unhosted')))
  const name = sequence(der(0x31, commonName))
  // From 2000 to "no well-defined expiration" (RFC 5280 section 4.1.2.5): the lease is what ends it.
  const validity = sequence(der(0x17, Buffer.from('000101000000Z')), der(0x18, Buffer.from('99991231235959Z')))
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' })
  )
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)])
  return sequence(body, ecdsaWithSha256, der(0x03, signature))
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function objectId(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

function der(tag: number, content: Buffer): Buffer {
  const size = content.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}
