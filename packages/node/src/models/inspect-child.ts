import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { BaseError, printable } from '@unhosted/core/errors'
import { factsOf, type GgufMetadata, type TensorInfo } from '@unhosted/core/models'
import { readGgufFileInfo } from 'node-llama-cpp'
import { z } from 'zod'
import { serveParent } from './child-process.ts'
import { checkGgufHeader, type GgufHeader } from './gguf-header.ts'

const requestSchema = z.strictObject({ paths: z.array(z.string()).min(1) })

/** Long lists that the facts do not need. */
const ignoredKeys = ['tokens', 'token_type', 'scores', 'merges'].map((name) => `tokenizer.ggml.${name}`)

serveParent(async (request, { signal }) => {
  const { paths } = requestSchema.parse(request)
  const headers = paths.map(checkFile)
  headers.forEach(({ header }, index) => {
    checkSplit(header, index, paths.length)
  })
  const parts = await Promise.all(paths.map((path, index) => readPart(path, index, signal)))
  const declared = headers[0]?.header.integers.get('split.tensors.count')
  const tensors = parts.flatMap((part) => part.tensors)
  if (declared !== undefined && declared !== tensors.length) {
    throw invalid(`The parts hold ${tensors.length} tensors together, the first announces ${declared}`)
  }
  return factsOf({ metadata: parts[0]?.metadata ?? {}, tensors, fileBytes: headers.map(({ size }) => size) })
})

function checkFile(path: string): { header: GgufHeader; size: number } {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const { size } = fstatSync(file)
    const read = (offset: number, length: number): Uint8Array => {
      const buffer = Buffer.allocUnsafe(length)
      return buffer.subarray(0, readSync(file, buffer, 0, length, offset))
    }
    return { header: checkGgufHeader(read, size), size }
  } finally {
    closeSync(file)
  }
}

/** What a file says of its place in a split must be what its name says. */
function checkSplit(header: GgufHeader, index: number, partCount: number): void {
  const count = header.integers.get('split.count') ?? 0
  const number = header.integers.get('split.no') ?? 0
  if (count <= 1 && partCount === 1) return
  if (partCount === 1) throw invalid(`The file is part ${number + 1} of ${count} but is not named so`)
  if (count !== partCount) throw invalid(`Part ${index + 1} of ${partCount} belongs to a split of ${count}`)
  if (number !== index) throw invalid(`Part ${index + 1} of ${partCount} says it is part ${number + 1}`)
}

async function readPart(
  path: string,
  part: number,
  signal: AbortSignal
): Promise<{ metadata: GgufMetadata; tensors: readonly TensorInfo[] }> {
  const info = await readGgufFileInfo(path, {
    sourceType: 'filesystem',
    ignoreKeys: ignoredKeys,
    logWarnings: false,
    spliceSplitFiles: false,
    signal
  }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw invalid(`The parser refused it: ${printable(reason, 64)}`)
  })
  const tensors = (info.tensorInfo ?? []).map((tensor) => ({
    name: tensor.name,
    dimensions: tensor.dimensions.map(Number),
    type: Number(tensor.ggmlType),
    fileOffset: Number(tensor.fileOffset),
    part
  }))
  const metadata: Record<string, unknown> = Object.create(null)
  flatten(info.metadata, '', metadata)
  return { metadata, tensors }
}

/** The parser nests keys by their dots; the facts are read by full key. */
function flatten(value: unknown, prefix: string, into: Record<string, unknown>): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    into[prefix] = value
    return
  }
  for (const [key, inner] of Object.entries(value)) flatten(inner, prefix === '' ? key : `${prefix}.${key}`, into)
}

function invalid(what: string): BaseError {
  return new BaseError('MODEL_INVALID', `${what}.`)
}
