import type { PairingView } from '@unhosted/core/control'
import { BaseError, parseBaseError } from '@unhosted/core/errors'
import type { Radius } from '@unhosted/core/peers'
import { createQuestions, type Questions, safeLine } from '@unhosted/terminal'
import type { CommandContext } from '../../command/context.ts'
import { choosePeer } from './choose-peer.ts'
import { createPairingFeed, type PairingFeed } from './pairing-feed.ts'
import { explainRadius, renderDigits } from './render.ts'

export interface DigitsRequest {
  /** Whom to offer to; null to wait, or to let the person choose. */
  readonly offer: { readonly peer: string | null; readonly address: string | null } | null
  readonly radius: Radius
  /** Accept without asking. */
  readonly yes: boolean
}

/** Time for the daemon to tell the other machine that we have given up, ms. */
const withdrawMs = 2000

interface Pairing {
  readonly request: DigitsRequest
  readonly context: CommandContext
  readonly feed: PairingFeed
  readonly questions: Questions
}

/** One interactive pairing, from offer to outcome. */
export async function pairByDigits(request: DigitsRequest, context: CommandContext): Promise<void> {
  const over = new AbortController()
  const signal = AbortSignal.any([context.signal, over.signal])
  // Subscribed before anything is offered, so that no answer is missed.
  const feed = createPairingFeed(await context.client.events({ signal }))
  const questions = createQuestions(context.input, context.output.write)
  let begun: PairingView | null = null
  try {
    const pairing: Pairing = { request, context, feed, questions }
    begun = (await begin(pairing)) ?? (await feed.next())
    await follow(begun, pairing)
  } catch (error) {
    if (context.signal.aborted && begun !== null) await withdraw(begun, request, context)
    throw error
  } finally {
    over.abort()
    questions.close()
  }
}

/** Offers, takes up what is pending, or asks; null to wait for the other machine. */
async function begin({ request, context, feed, questions }: Pairing): Promise<PairingView | null> {
  const { client, output, signal } = context
  const { offer, radius } = request
  if (offer !== null) return client.offerPairing({ ...offer, radius }, { signal })
  const [pending] = await client.pendingPairings({ signal })
  if (pending !== undefined) return pending
  const { peers, warnings } = await client.peers({ signal })
  const candidates = peers.filter((peer) => !peer.paired && peer.state !== 'offline')
  const mayAsk = context.input.isTTY && !request.yes && !output.json
  if (mayAsk && candidates.length > 0) {
    const chosen = await choosePeer(candidates, { context, feed, questions })
    if (chosen === null) return null
    return client.offerPairing({ peer: chosen.peerId, address: null, radius }, { signal })
  }
  output.note('Waiting for the other machine. Run "unhosted pair" there and choose this one. Press Ctrl-C to cancel.')
  for (const warning of warnings) output.note(`${safeLine(warning.text)}\n  ${safeLine(warning.advice)}`)
  return null
}

/** From the first sight of a pairing to its end; other pairings that come meanwhile are left to others. */
async function follow(first: PairingView, pairing: Pairing): Promise<void> {
  const { request, context, feed } = pairing
  let view = first
  let compared = false
  if (view.state === 'offered' && view.initiatedHere) {
    context.output.note(`Now run "unhosted pair" on ${safeLine(view.peerName)}.`)
  }
  for (;;) {
    if (isOver(view, request.radius, context)) return
    if (view.state === 'compare' && view.digits !== null && !compared) {
      compared = true
      view = await compare(view, view.digits, pairing)
      continue
    }
    do view = await feed.next()
    while (view.id !== first.id)
  }
}

async function compare(
  view: PairingView,
  digits: string,
  { request, context, questions }: Pairing
): Promise<PairingView> {
  const { client, output, signal } = context
  const { radius, yes } = request
  const name = safeLine(view.peerName)
  output.line(renderDigits(digits, output.colours))
  output.line(`${name} joins ${explainRadius(radius)}.`)
  const accept = yes || (await confirm(`Does ${name} show the same digits? [y/N] `, questions, signal))
  const answered = await client.confirmPairing({ id: view.id, accept, radius }, { signal })
  if (answered.state === 'waiting') output.note(`Waiting for confirmation on ${name}.`)
  return answered
}

async function confirm(question: string, questions: Questions, signal: AbortSignal): Promise<boolean> {
  return /^y(es)?$/i.test(await questions.ask(question, { signal }))
}

/** After Ctrl-C: otherwise the other machine goes on asking whether the digits match. */
async function withdraw(
  { id }: PairingView,
  { radius }: DigitsRequest,
  { client, output }: CommandContext
): Promise<void> {
  try {
    await client.confirmPairing({ id, accept: false, radius }, { signal: AbortSignal.timeout(withdrawMs) })
  } catch (error) {
    output.note(`Could not tell the other machine that you cancelled: ${safeLine(String(error))}`)
  }
}

/** @throws BaseError what made it fail */
function isOver(view: PairingView, radius: Radius, { output }: CommandContext): boolean {
  if (view.state === 'failed') {
    throw parseBaseError(view.error) ?? new BaseError('PAIRING_REFUSED', 'The pairing failed.')
  }
  if (view.state !== 'paired') return false
  const paired = { peerId: view.peerId, name: view.peerName, radius }
  output.result({ paired, digits: view.digits }, () => `Paired with ${safeLine(view.peerName)} (${radius}).`)
  return true
}
