import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { z } from 'zod'
import { BaseError } from '../errors/index.ts'
import { displayNameSchema, peerIdSchema } from '../facts/inventory/index.ts'
import { type Radius, radiusSchema } from '../facts/peers/index.ts'
import { announcedAddressSchema, inviteTokenSchema } from '../protocol/index.ts'

/** Most addresses an invite carries; more would make its QR code unreadable. */
export const maxInviteAddresses = 8
/** Longest text that is parsed as an invite, characters. */
export const maxInviteLength = 2048

const prefix = 'unhosted://pair?'
const version = '1'

const inviteSchema = z.strictObject({
  peerId: peerIdSchema,
  name: displayNameSchema,
  addresses: z.array(announcedAddressSchema).max(maxInviteAddresses),
  expiresAt: z
    .number()
    .int()
    .min(0)
    .max(2 ** 50),
  token: inviteTokenSchema,
  radius: radiusSchema
})

/** What an invite says. Holds a secret until it is used: never log it. */
export interface Invite {
  /** The issuer; whoever answers must prove this identity. */
  readonly peerId: string
  readonly name: string
  readonly addresses: readonly string[]
  /** Unix time, ms, whole seconds. */
  readonly expiresAt: number
  /** 128 random bits, base64url. */
  readonly token: string
  /** What the issuer will grant whoever redeems it. */
  readonly radius: Radius
}

/** `unhosted://pair?v=1&id=...&n=...&x=...&r=...&t=...&a=...&c=...`; `c` guards against slips, not against malice. */
export function encodeInvite(invite: Invite): string {
  const fields: [string, string][] = [
    ['v', version],
    ['id', invite.peerId],
    ['n', invite.name],
    ['x', String(Math.floor(invite.expiresAt / 1000))],
    ['r', invite.radius],
    ['t', invite.token],
    ...invite.addresses.slice(0, maxInviteAddresses).map((address): [string, string] => ['a', address])
  ]
  const query = fields.map(([key, value]) => `${key}=${encode(value)}`).join('&')
  return `${prefix}${query}&c=${checksum(query)}`
}

/**
 * Parse what encodeInvite made. Whether it has expired or been used is for the issuer to say.
 * @throws BaseError INVITE_INVALID
 */
export function parseInvite(text: string): Invite {
  const trimmed = text.trim()
  if (trimmed.length > maxInviteLength) throw invalid('it is too long')
  if (!trimmed.startsWith(prefix)) throw invalid(`it does not begin with ${prefix}`)
  const body = trimmed.slice(prefix.length)
  const cut = body.lastIndexOf('&c=')
  if (cut < 0 || body.slice(cut + 3) !== checksum(body.slice(0, cut))) {
    throw invalid('a part of it is missing or altered')
  }
  const fields = readFields(body.slice(0, cut))
  if (fields.get('v')?.[0] !== version) throw invalid('it was made by another version of Unhosted')
  const seconds = single(fields, 'x')
  if (!/^\d{1,12}$/.test(seconds)) throw invalid('its expiry is not a time')
  const parsed = inviteSchema.safeParse({
    peerId: single(fields, 'id'),
    name: single(fields, 'n'),
    addresses: fields.get('a') ?? [],
    expiresAt: Number(seconds) * 1000,
    token: single(fields, 't'),
    radius: single(fields, 'r')
  })
  if (!parsed.success) throw invalid('a part of it is malformed', parsed.error)
  return parsed.data
}

/** What the issuer keeps in place of the token, so that its file is worth nothing to a thief. */
export function hashInviteToken(token: string): string {
  return bytesToHex(sha256(utf8ToBytes(`unhosted invite token v1 ${token}`)))
}

const knownFields = new Set(['v', 'id', 'n', 'x', 'r', 't', 'a'])

function readFields(query: string): Map<string, string[]> {
  const fields = new Map<string, string[]>()
  for (const part of query.split('&')) {
    const equals = part.indexOf('=')
    const key = part.slice(0, Math.max(equals, 0))
    if (!knownFields.has(key)) throw invalid('it holds an unknown part')
    const values = fields.get(key) ?? []
    values.push(decode(part.slice(equals + 1)))
    fields.set(key, values)
  }
  return fields
}

function single(fields: Map<string, string[]>, key: string): string {
  const values = fields.get(key)
  if (values?.length !== 1 || values[0] === undefined) throw invalid(`"${key}" is missing or given twice`)
  return values[0]
}

/** `/` and `:` stay readable: addresses are most of an invite. */
function encode(value: string): string {
  return encodeURIComponent(value).replaceAll('%2F', '/').replaceAll('%3A', ':')
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch (error) {
    throw invalid('a part of it is malformed', error)
  }
}

function checksum(query: string): string {
  return bytesToHex(sha256(utf8ToBytes(prefix + query))).slice(0, 8)
}

function invalid(why: string, cause?: unknown): BaseError {
  return new BaseError('INVITE_INVALID', `This is not a usable invite: ${why}.`, {
    advice:
      'Copy the whole line that unhosted pair --invite printed, the quotes too (a shell cuts at each &), or ask for a new invite.',
    cause
  })
}
