/** Where things stand in a JSON text, found without building it. */
export interface JsonScan {
  /** Deepest nesting of objects and arrays. */
  readonly depth: number
  /** How many objects and arrays there are. */
  readonly containers: number
  /** Byte range of the value of the top-level `model` field, quotes included; null where it is absent or no string. */
  readonly model: { readonly start: number; readonly end: number } | null
}

const quote = 0x22
const backslash = 0x5c
const colon = 0x3a
/** `model`, as the bytes between the quotes. */
const modelKey = [0x6d, 0x6f, 0x64, 0x65, 0x6c]

/**
 * One pass over UTF-8 JSON that is known to parse (what it says of other text is meaningless,
 * but it ends). Strings, where images are, are skipped by searching for their end.
 */
export function scanJson(json: Uint8Array): JsonScan {
  let depth = 0
  let deepest = 0
  let containers = 0
  let model: JsonScan['model'] = null
  let keyIsModel = false
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]
    if (byte === quote) {
      const end = endOfString(json, at)
      if (keyIsModel) model = { start: at, end }
      keyIsModel = depth === 1 && !keyIsModel && isModelKey(json, at, end)
      at = end - 1
    } else if (byte === 0x7b || byte === 0x5b) {
      depth++
      containers++
      deepest = Math.max(deepest, depth)
      keyIsModel = false
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--
      keyIsModel = false
    } else if (byte === 0x2c) {
      keyIsModel = false
    }
  }
  return { depth: deepest, containers, model }
}

/** Index just after the closing quote of the string that opens at `start`. */
function endOfString(json: Uint8Array, start: number): number {
  let from = start + 1
  for (;;) {
    const close = json.indexOf(quote, from)
    if (close === -1) return json.length
    let slashes = 0
    while (json[close - 1 - slashes] === backslash) slashes++
    if (slashes % 2 === 0) return close + 1
    from = close + 1
  }
}

function isModelKey(json: Uint8Array, start: number, end: number): boolean {
  if (end - start !== modelKey.length + 2) return false
  if (!modelKey.every((byte, index) => json[start + 1 + index] === byte)) return false
  let next = end
  while (json[next] === 0x20 || json[next] === 0x09 || json[next] === 0x0a || json[next] === 0x0d) next++
  return json[next] === colon
}
