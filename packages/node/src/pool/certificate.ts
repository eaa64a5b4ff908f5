import { createHash, randomBytes, webcrypto } from 'node:crypto'

/** A key and the self-signed certificate that stands for it in TLS; made anew for each lease, kept in memory only. */
export interface Certificate {
  readonly keyPem: string
  readonly certPem: string
  /** SHA-256 of the DER form, lower-case hex. */
  readonly fingerprint: string
}

const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const
const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' } as const
/** The lease is what ends it, so its dates say nothing: RFC 5280 section 4.1.2.5, "no well-defined expiration". */
const validity = { notBefore: new Date('2000-01-01T00:00:00Z'), notAfter: new Date('9999-12-31T23:59:59Z') }

/**
 * ECDSA P-256. The name and serial number in it mean nothing either: peers compare the fingerprint
 * that came over the authenticated control stream, and nothing else.
 */
export async function createCertificate(): Promise<Certificate> {
  const { PemConverter, X509CertificateGenerator } = await loadX509()
  const keys = await webcrypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    name: 'CN=unhosted',
    ...validity,
    signingAlgorithm,
    keys
  })
  return {
    keyPem: PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
    certPem: certificate.toString('pem'),
    fingerprint: fingerprintOf(new Uint8Array(certificate.rawData))
  }
}

/** SHA-256 of a certificate's DER form, lower-case hex. */
export function fingerprintOf(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex')
}

/** Loaded with the first lease: it takes 20 MB and 0.2 s that an idle daemon need not spend. It wants the polyfill first. */
async function loadX509(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata')
  return await import('@peculiar/x509')
}
