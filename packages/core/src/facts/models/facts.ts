import { z } from 'zod'
import { byteCountSchema, modelIdSchema } from '../inventory/index.ts'

/** More repeating layers than any model has. */
const maxLayers = 4096

/** What the planner needs to know of a model; read from GGUF metadata and tensor infos. */
export const modelFactsSchema = z.strictObject({
  id: modelIdSchema,
  architecture: z.string().min(1).max(64),
  /** Human name of the file type: `Q4_K_M`, `Q8_0`. */
  quantisation: z.string().max(32),
  parameterCount: z.number().int().min(0),
  /** Repeating layers (GGUF `block_count`). */
  layerCount: z.number().int().min(1).max(maxLayers),
  /** Trained context, tokens. */
  contextLength: z.number().int().min(1),
  embeddingLength: z.number().int().min(1),
  vocabularySize: z.number().int().min(1),
  headCount: z.number().int().min(1),
  feedForwardLength: z.number().int().min(0),
  /** Weights of each repeating layer, bytes; length = layerCount. */
  layerBytes: z.array(byteCountSchema).min(1).max(maxLayers),
  /** KV cache of each repeating layer per token of context at f16, bytes; length = layerCount. 0 where a layer keeps none. */
  kvBytesPerToken: z.array(byteCountSchema).min(1).max(maxLayers),
  /** Token embedding table; stays with the head machine's CPU. */
  embeddingBytes: byteCountSchema,
  /** Output norm and head; where tied, a copy of the embedding table is counted. Lives with the last layer. */
  outputBytes: byteCountSchema,
  fileBytes: byteCountSchema,
  hasChatTemplate: z.boolean()
})
export type ModelFacts = Readonly<z.infer<typeof modelFactsSchema>>
