import type { PeerView } from '@unhosted/core/control'
import { type Questions, safeLine } from '@unhosted/terminal'
import type { CommandContext } from '../../command/context.ts'
import { shortId } from '../../render/facts.ts'
import type { PairingFeed } from './pairing-feed.ts'

interface Choosing {
  readonly context: CommandContext
  readonly feed: PairingFeed
  readonly questions: Questions
}

/**
 * Let the person choose whom to offer to, unless the other machine is quicker and offers first.
 * @returns null to wait for, or go on with, what the other machine offers
 */
export async function choosePeer(
  candidates: readonly PeerView[],
  { context, feed, questions }: Choosing
): Promise<PeerView | null> {
  const { output } = context
  output.line('Machines on the network:')
  for (const [index, peer] of candidates.entries()) {
    output.line(`  ${index + 1}  ${safeLine(peer.name)}  ${output.colours.dim(shortId(peer.peerId))}`)
  }
  const offered = new AbortController()
  const signal = AbortSignal.any([context.signal, offered.signal])
  void feed.arrived().then(() => offered.abort())
  try {
    for (;;) {
      const answer = await questions.ask('Which one? Type its number, or press Enter to wait for the other machine: ', {
        signal
      })
      const chosen = candidates[Number(answer) - 1]
      if (chosen !== undefined) return chosen
      if (answer === '') {
        output.line('Waiting for the other machine. Press Ctrl-C to cancel.')
        return null
      }
      output.line(`There is no number ${safeLine(answer)}.`)
    }
  } catch (error) {
    if (!offered.signal.aborted || context.signal.aborted) throw error
    output.line()
    return null
  }
}
