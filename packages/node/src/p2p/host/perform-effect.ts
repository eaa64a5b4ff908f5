import type { PresenceEffect } from '@unhosted/core/presence'
import { linkSilenceMs } from '@unhosted/core/protocol'
import type { Emitter } from '../../base/index.ts'
import type { Log } from '../../log/index.ts'
import type { Switchboard } from '../streams/switchboard.ts'
import type { HelloExchange } from './hello-exchange.ts'
import type { LinkWatches } from './link-watches.ts'
import type { ManagedPeerHostEvents } from './peer-host.ts'
import type { Presences } from './presences.ts'
import type { Reconnector } from './reconnector.ts'
import type { RecordWriter } from './record-writer.ts'

/** What carries out the effects of presence. */
export interface EffectParts {
  readonly events: Emitter<ManagedPeerHostEvents>
  readonly presences: Presences
  readonly switchboard: Switchboard
  readonly hello: HelloExchange
  readonly reconnector: Reconnector
  readonly watches: LinkWatches
  readonly writer: RecordWriter
  readonly log: Log
}

type Announcement = Extract<PresenceEffect, { type: `announce-${string}` }>

export function performEffect(parts: EffectParts, peerId: string, effect: PresenceEffect): void {
  const { presences, switchboard, hello, reconnector, watches, writer, log } = parts
  switch (effect.type) {
    case 'watch-link':
      watches.start(peerId)
      break
    case 'stop-watching':
      watches.stop(peerId)
      break
    case 'keep-dialling':
      reconnector.keepDialling(peerId)
      break
    case 'dial-now':
      reconnector.dialNow(peerId)
      break
    case 'reset-dial-delay':
      reconnector.resetDelay(peerId)
      break
    case 'stop-dialling':
      reconnector.remove(peerId)
      break
    case 'greet':
      greet(parts, peerId)
      break
    case 'forget-inventory':
      hello.forget(peerId)
      break
    case 'cut-streams':
      switchboard.cutStreams(peerId, 'unpaired')
      break
    case 'cut-silent-connections':
      switchboard.cutOlder(peerId, linkSilenceMs, 'the peer is lost')
      break
    case 'save':
      writer.save(peerId, effect)
      break
    case 'warn-impostor':
      log.warn({ peerId, addresses: presences.addresses(peerId) }, 'another key answers for a paired peer')
      break
    default:
      announce(parts, peerId, effect)
  }
}

function announce(parts: EffectParts, peerId: string, announcement: Announcement): void {
  const { events, presences } = parts
  switch (announcement.type) {
    case 'announce-change':
      events.emit('peer:change', presences.presence(peerId, announcement.last))
      break
    case 'announce-lost':
      announceLost(parts, peerId, announcement.reason)
      break
    case 'announce-paired':
      events.emit('peer:paired', { record: announcement.record })
      break
    case 'announce-unpaired':
      events.emit('peer:unpaired', { record: announcement.record })
      break
    case 'announce-unpaired-return':
      events.emit('peer:unpaired-return', { peerId })
  }
}

function announceLost({ events, presences, log }: EffectParts, peerId: string, reason: string): void {
  const isPaired = presences.presence(peerId).record !== null
  if (isPaired) log.info({ peerId, error: reason }, 'a peer is lost')
  events.emit('peer:lost', { peerId })
}

/** Over as soon as the link is. */
function greet({ hello, watches }: EffectParts, peerId: string): void {
  const signal = watches.signal(peerId)
  if (signal !== undefined) hello.greet(peerId, signal)
}
