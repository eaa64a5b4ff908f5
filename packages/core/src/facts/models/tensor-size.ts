import { BaseError, printable } from '../../errors/index.ts'

/** One tensor of a GGUF file, as its header describes it. */
export interface TensorInfo {
  readonly name: string
  readonly dimensions: readonly number[]
  /** ggml type number. */
  readonly type: number
  /** Offset of its data from the start of its file. */
  readonly fileOffset: number
  /** Which file of a split set holds it, counted from 0. */
  readonly part: number
}

/** No model has more dimensions (ggml's own limit). */
const maxDimensions = 4

/** ggml type number -> [elements in a block, bytes of a block]. Source: the block structures of ggml-common.h. */
const blockSizes: ReadonlyMap<number, readonly [elements: number, bytes: number]> = new Map([
  [0, [1, 4]], // F32
  [1, [1, 2]], // F16
  [2, [32, 18]], // Q4_0
  [3, [32, 20]], // Q4_1
  [6, [32, 22]], // Q5_0
  [7, [32, 24]], // Q5_1
  [8, [32, 34]], // Q8_0
  [9, [32, 36]], // Q8_1
  [10, [256, 84]], // Q2_K
  [11, [256, 110]], // Q3_K
  [12, [256, 144]], // Q4_K
  [13, [256, 176]], // Q5_K
  [14, [256, 210]], // Q6_K
  [15, [256, 292]], // Q8_K
  [16, [256, 66]], // IQ2_XXS
  [17, [256, 74]], // IQ2_XS
  [18, [256, 98]], // IQ3_XXS
  [19, [256, 50]], // IQ1_S
  [20, [32, 18]], // IQ4_NL
  [21, [256, 110]], // IQ3_S
  [22, [256, 82]], // IQ2_S
  [23, [256, 136]], // IQ4_XS
  [24, [1, 1]], // I8
  [25, [1, 2]], // I16
  [26, [1, 4]], // I32
  [27, [1, 8]], // I64
  [28, [1, 8]], // F64
  [29, [256, 56]], // IQ1_M
  [30, [1, 2]], // BF16
  [34, [256, 54]], // TQ1_0
  [35, [256, 66]], // TQ2_0
  [39, [32, 17]], // MXFP4
  [40, [64, 36]], // NVFP4
  [41, [128, 18]], // Q1_0
  [42, [64, 18]] // Q2_0
])

/** @throws BaseError MODEL_INVALID when the dimensions are absurd */
export function elementCount(tensor: TensorInfo): number {
  const { dimensions } = tensor
  if (dimensions.length === 0 || dimensions.length > maxDimensions) {
    throw badTensor(tensor, `has ${dimensions.length} dimensions`)
  }
  let count = 1
  for (const dimension of dimensions) {
    count *= dimension
    if (!Number.isSafeInteger(dimension) || dimension < 1 || !Number.isSafeInteger(count)) {
      throw badTensor(tensor, `has impossible dimensions ${dimensions.join(' x ')}`)
    }
  }
  return count
}

/** @throws BaseError MODEL_INVALID when the type is unknown or the dimensions are absurd */
export function tensorBytes(tensor: TensorInfo): number {
  const count = elementCount(tensor)
  const block = blockSizes.get(tensor.type)
  if (block === undefined) throw badTensor(tensor, `has the unknown data type ${tensor.type}`)
  const [elements, bytes] = block
  if ((tensor.dimensions[0] ?? 0) % elements !== 0) {
    throw badTensor(tensor, `has rows of ${tensor.dimensions[0]} elements, not a multiple of its block of ${elements}`)
  }
  const size = (count / elements) * bytes
  if (!Number.isSafeInteger(size)) throw badTensor(tensor, 'is impossibly large')
  return size
}

/**
 * Every tensor's data lies inside the file that holds it.
 * @param fileBytes size of each file of the set
 * @throws BaseError MODEL_INVALID, which says how much is missing where a file was cut short
 */
export function checkTensorBounds(tensors: readonly TensorInfo[], fileBytes: readonly number[]): void {
  for (const tensor of tensors) {
    const size = fileBytes[tensor.part]
    const end = tensor.fileOffset + tensorBytes(tensor)
    if (size === undefined) throw badTensor(tensor, `lies in part ${tensor.part + 1}, which is not there`)
    if (!Number.isSafeInteger(end) || tensor.fileOffset < 0) throw badTensor(tensor, 'has an impossible offset')
    if (end > size) {
      throw new BaseError('MODEL_INVALID', `The file is truncated: it has ${size} bytes and needs at least ${end}.`, {
        details: { tensor: tensor.name.slice(0, 64), sizeBytes: size, neededBytes: end }
      })
    }
  }
}

function badTensor(tensor: TensorInfo, why: string): BaseError {
  return new BaseError('MODEL_INVALID', `Tensor "${printable(tensor.name, 64)}" ${why}.`)
}
