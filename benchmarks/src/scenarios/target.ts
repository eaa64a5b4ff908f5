import { availableParallelism } from 'node:os'
import type { ModelFacts } from '@unhosted/core/models'
import type { Question, Timing } from '../measure/answer.ts'

/** Something that answers, loaded and ready. */
export interface Target {
  readonly name: string
  /** From the start of the engine's processes, or the first request to a daemon, to the first token, ms. */
  readonly loadMs: number
  /** Bytes sent to other processes or machines until then; null where nothing is sent or counted. */
  readonly bytesSent: number | null
  answer(question: Question): Promise<Timing>
  stop(): Promise<void>
}

export interface ModelUnderTest {
  /** Name it is asked by. */
  readonly name: string
  readonly path: string
  readonly facts: ModelFacts
  readonly contextSize: number
  /** Tokens of a timed answer. */
  readonly tokens: number
}

export const prompt = 'Once upon a time there was a small machine that wanted to'

/**
 * Engine threads where one machine answers alone, with the gateway and without. They spin while they wait, so one core
 * is left to whoever asks: else a second process is measured by how the kernel shares a core, not by what it does.
 */
export const soloThreads = Math.max(1, availableParallelism() - 1)
