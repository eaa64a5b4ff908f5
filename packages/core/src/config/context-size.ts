import { z } from 'zod'

/** Smallest context that is of any use, tokens: below it hardly a prompt fits. */
export const minContextSize = 64
/** Largest context that anyone may ask for, tokens. A bound against absurd numbers, not a promise. */
export const maxContextSize = 2 ** 24
/** Context where neither the user nor a small model says otherwise, tokens; KV memory grows with it. */
export const defaultContextSize = 8192

/** A context size that somebody asks for, tokens. */
export const contextSizeSchema = z.number().int().min(minContextSize).max(maxContextSize)

/** The context a model is loaded with: what was asked for, at most what it was trained on. */
export function chooseContextSize(asked: number | null, trained: number): number {
  return Math.min(asked ?? defaultContextSize, trained)
}
