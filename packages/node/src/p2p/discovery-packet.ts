import { displayNameSchema, peerIdSchema } from '@unhosted/core/inventory'
import { announcedAddressSchema } from '@unhosted/core/protocol'
import { type Answer, decode, encode, type StringAnswer, type TxtAnswer } from 'dns-packet'
import { z } from 'zod'

/** DNS-SD service type. */
const service = '_unhosted._tcp.local'
/** Addresses in one announcement, so that it fits one Ethernet frame. */
const maxAddresses = 8
/** Longest datagram that is looked at: an announcement of ours fits one Ethernet frame. */
const maxPacketBytes = 1500
/** Most entries in one; each may point at a long name, so that 9 KB of them take 20 ms to read. */
const maxEntries = 32
const headerBytes = 12
/** What every packet of ours holds, whatever its names are compressed to. */
const mark = Buffer.from('_unhosted')
const ttlSeconds = 120

export interface Announcement {
  readonly peerId: string
  readonly name: string
  readonly boot: string
  readonly addresses: readonly string[]
  /** The machine is going away. */
  readonly goodbye: boolean
}

export type DiscoveryPacket = { readonly type: 'query' } | ({ readonly type: 'announcement' } & Announcement)

const announcementSchema = z.object({
  peerId: peerIdSchema,
  name: displayNameSchema,
  boot: z.string().regex(/^[0-9a-f]{16}$/),
  addresses: z.array(announcedAddressSchema).max(maxAddresses)
})

export function encodeQuery(): Uint8Array {
  return encode({ type: 'query', questions: [{ name: service, type: 'PTR' }] })
}

export function encodeAnnouncement(announcement: Announcement): Uint8Array {
  const { peerId, name, boot, addresses, goodbye } = announcement
  // A DNS label holds 63 bytes; a PeerId has 52.
  const instance = `${peerId.slice(0, 63)}.${service}`
  const ttl = goodbye ? 0 : ttlSeconds
  const data = [
    'v=1',
    `id=${peerId}`,
    `b=${boot}`,
    `n=${name}`,
    ...addresses.slice(0, maxAddresses).map((a) => `a=${a}`)
  ]
  const pointer: StringAnswer = { name: service, type: 'PTR', ttl, data: instance }
  const text: TxtAnswer = { name: instance, type: 'TXT', ttl, data }
  return encode({ type: 'response', flags: 0x0400, answers: [pointer, text] })
}

/** @returns null for everything that is not ours, or not well-formed. */
export function decodePacket(bytes: Uint8Array): DiscoveryPacket | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!isWorthReading(buffer)) return null
  try {
    const packet = decode(buffer)
    if (packet.type === 'query') {
      return packet.questions?.some(({ name }) => name === service) === true ? { type: 'query' } : null
    }
    return readAnnouncement(packet.answers ?? [])
  } catch {
    // Malformed, from anyone on the network: nothing to act on and nothing worth a log line.
    return null
  }
}

/** Told from the header and a search: reading costs far more than its size where someone means it to. */
function isWorthReading(packet: Buffer): boolean {
  if (packet.length < headerBytes || packet.length > maxPacketBytes) return false
  const entries = [4, 6, 8, 10].reduce((sum, offset) => sum + packet.readUInt16BE(offset), 0)
  return entries <= maxEntries && packet.includes(mark)
}

function readAnnouncement(answers: readonly Answer[]): DiscoveryPacket | null {
  const text = answers.find((answer) => answer.type === 'TXT' && answer.name.endsWith(`.${service}`))
  if (text?.type !== 'TXT') return null
  const strings = (Array.isArray(text.data) ? text.data : [text.data]).map((part) => part.toString('utf8'))
  const value = (key: string): string | undefined =>
    strings.find((part) => part.startsWith(`${key}=`))?.slice(key.length + 1)
  if (value('v') !== '1') return null
  const parsed = announcementSchema.safeParse({
    peerId: value('id'),
    name: value('n'),
    boot: value('b'),
    addresses: strings.filter((part) => part.startsWith('a=')).map((part) => part.slice(2))
  })
  return parsed.success ? { type: 'announcement', ...parsed.data, goodbye: text.ttl === 0 } : null
}
