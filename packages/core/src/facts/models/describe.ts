import type { ModelFacts } from './facts.ts'

/** A model's facts as rows of label and text, for people. Memory at a context size is the planner's to add. */
export function describeModel(facts: ModelFacts): readonly (readonly [label: string, text: string])[] {
  const cached = facts.kvBytesPerToken.filter((size) => size > 0).length
  return [
    ['id', facts.id],
    ['architecture', facts.architecture],
    ['parameters', formatCount(facts.parameterCount)],
    ['quantisation', facts.quantisation],
    ['layers', cached === facts.layerCount ? `${facts.layerCount}` : `${facts.layerCount} (${cached} with KV cache)`],
    ['context length', `${facts.contextLength} tokens`],
    ['embedding length', `${facts.embeddingLength}`],
    ['vocabulary', `${facts.vocabularySize} tokens`],
    ['chat template', facts.hasChatTemplate ? 'yes' : 'no']
  ]
}

/** `8.2B`, `494M`, `3.5M`. */
function formatCount(count: number): string {
  const [value, unit] = count >= 1e9 ? [count / 1e9, 'B'] : count >= 1e6 ? [count / 1e6, 'M'] : [count / 1e3, 'K']
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(1)}${unit}`
}
