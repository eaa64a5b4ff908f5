import type { DaemonEvent, PairingView, PeerView } from '@unhosted/core/control'
import { BaseError, type ErrorCode, errorTable } from '@unhosted/core/errors'
import type { Radius } from '@unhosted/core/trust'
import type { CommandContext } from '../../command/context.ts'
import { shortId } from '../../render/facts.ts'
import { createQuestions, type Questions } from '../../terminal/questions.ts'
import { safeLine } from '../../terminal/safe-text.ts'
import { explainRadius, renderDigits } from './render.ts'

export interface DigitsRequest {
  /** Whom to offer to; null to wait, or to let the person choose. */
  readonly offer: { readonly peer: string | null; readonly address: string | null } | null
  readonly radius: Radius
  /** Accept without asking. */
  readonly yes: boolean
}

/** One interactive pairing, from offer to outcome. */
export async function pairByDigits(request: DigitsRequest, context: CommandContext): Promise<void> {
  const over = new AbortController()
  const signal = AbortSignal.any([context.signal, over.signal])
  const questions = createQuestions(context.input, context.output.write, () => process.kill(process.pid, 'SIGINT'))
  try {
    // Subscribed before anything is offered, so that no answer is missed.
    const events = await context.client.events({ signal })
    const first = await beginPairing(request, context, questions)
    await followPairing(first, events, request, context, questions)
  } finally {
    over.abort()
    questions.close()
  }
}

/** Offers, or shows who could be offered to; null while nobody has been chosen. */
async function beginPairing(
  request: DigitsRequest,
  context: CommandContext,
  questions: Questions
): Promise<PairingView | null> {
  const { client, output, signal } = context
  const { offer, radius } = request
  if (offer !== null) return client.offerPairing({ ...offer, radius }, { signal })
  const [pending] = await client.pendingPairings({ signal })
  if (pending !== undefined) return pending
  const { peers, warnings } = await client.peers({ signal })
  const candidates = peers.filter((peer) => !peer.paired && peer.state !== 'offline')
  if (candidates.length === 0 || !context.input.isTTY || request.yes || output.json) {
    output.note('Waiting for the other machine: run "unhosted pair" there and choose this one. Ctrl-C ends it.')
    for (const warning of warnings) output.note(`${safeLine(warning.text)}\n  ${safeLine(warning.advice)}`)
    return null
  }
  const chosen = await choosePeer(candidates, context, questions)
  return chosen === null ? null : client.offerPairing({ peer: chosen.peerId, address: null, radius }, { signal })
}

/** @returns null where the person would rather wait to be chosen */
async function choosePeer(
  candidates: readonly PeerView[],
  { output, signal }: CommandContext,
  questions: Questions
): Promise<PeerView | null> {
  output.line('Machines that can be paired:')
  for (const [index, peer] of candidates.entries()) {
    output.line(`  ${index + 1}  ${safeLine(peer.name)}  ${output.colours.dim(shortId(peer.peerId))}`)
  }
  for (;;) {
    const answer = await questions.ask('Which one? A number, or Enter to wait to be chosen: ', { signal })
    if (answer === '') {
      output.line('Waiting for the other machine. Ctrl-C ends it.')
      return null
    }
    const chosen = candidates[Number(answer) - 1]
    if (chosen !== undefined) return chosen
    output.line(`There is no number ${safeLine(answer)}.`)
  }
}

async function followPairing(
  first: PairingView | null,
  events: AsyncIterable<DaemonEvent>,
  request: DigitsRequest,
  context: CommandContext,
  questions: Questions
): Promise<void> {
  let id = first?.id ?? null
  let asked = false
  const onView = async (view: PairingView): Promise<boolean> => {
    id ??= view.id
    if (view.id !== id) return false
    if (view.state === 'compare' && view.digits !== null && !asked) {
      asked = true
      return onView(await compare(view, view.digits, request, context, questions))
    }
    if (view.state === 'offered' && view.initiatedHere) {
      context.output.note(`Run "unhosted pair" on ${safeLine(view.peerName)} as well.`)
    }
    return isOver(view, request, context)
  }
  if (first !== null && (await onView(first))) return
  for await (const event of events) {
    if (event.event === 'pairing' && (await onView(event.pairing))) return
  }
  throw new BaseError('DAEMON_NOT_RUNNING', 'The daemon stopped before the machines were paired.', {
    advice: 'Start it with: unhosted serve, and pair again.'
  })
}

async function compare(
  view: PairingView,
  digits: string,
  { radius, yes }: DigitsRequest,
  { client, output, signal }: CommandContext,
  questions: Questions
): Promise<PairingView> {
  const name = safeLine(view.peerName)
  output.line(renderDigits(digits, output.colours))
  output.line(`${name} will join ${explainRadius(radius)}.`)
  const accept = yes || (await confirmDigits(name, questions, signal))
  const answered = await client.confirmPairing({ id: view.id, accept, radius }, { signal })
  if (answered.state === 'waiting') output.note(`Waiting for ${name} to be confirmed on its own screen.`)
  return answered
}

async function confirmDigits(name: string, questions: Questions, signal: AbortSignal): Promise<boolean> {
  const answer = await questions.ask(`Does ${name} show the same digits? [y/N] `, { signal })
  return /^y(es)?$/i.test(answer)
}

/** @throws BaseError what made it fail */
function isOver(view: PairingView, { radius }: DigitsRequest, { output }: CommandContext): boolean {
  if (view.state === 'failed') {
    const { code, message, advice } = view.error ?? {
      code: 'PAIRING_REFUSED',
      message: 'The pairing failed.',
      advice: 'Start again on both machines.'
    }
    throw new BaseError(isErrorCode(code) ? code : 'PAIRING_REFUSED', message, { advice })
  }
  if (view.state !== 'paired') return false
  const paired = { peerId: view.peerId, name: view.peerName, radius }
  output.result({ paired, digits: view.digits }, () => `Paired with ${safeLine(view.peerName)} (${radius}).`)
  return true
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code)
}
