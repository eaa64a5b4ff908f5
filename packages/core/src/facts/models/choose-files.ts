import { BaseError } from '../../errors/index.ts'

/** A file that a hub repository lists. */
export interface RepositoryFile {
  readonly path: string
  readonly sizeBytes: number | null
  /** Lower-case hex, where the hub announces it. */
  readonly sha256: string | null
}

/** Taken, in this order, when no quantisation is asked for. */
const preferred = ['Q4_K_M', 'Q4_K_XL', 'Q4_0', 'MXFP4', 'Q8_0', 'Q5_K_M', 'Q6_K', 'F16', 'BF16']

/**
 * The file of a repository that holds the wanted quantisation; all its parts, in order, where it is split.
 * @throws BaseError MODEL_DOWNLOAD_FAILED that names what there is
 */
export function chooseFiles(
  files: readonly RepositoryFile[],
  quantisation: string | null,
  repository: string
): readonly RepositoryFile[] {
  const models = groupModels(files)
  if (models.size === 0) {
    throw failed(`${repository} holds no GGUF model.`, 'Choose a repository whose name ends in -GGUF.')
  }
  const stems = [...models.keys()]
  const wanted = quantisation === null ? preferred : [quantisation]
  const stem =
    wanted.flatMap((name) => stems.filter((candidate) => mentions(candidate, name)).sort(byLength))[0] ??
    (quantisation === null ? stems.sort(byLength)[0] : undefined)
  const parts = stem === undefined ? undefined : models.get(stem)
  if (parts === undefined) {
    const names = stems.slice(0, 30).map((path) => path.slice(0, 100))
    throw failed(
      `${repository} has no ${quantisation}; it has: ${names.join(', ')}.`,
      'Name one of these quantisations.'
    )
  }
  const numbers = [...parts.files.keys()].sort((left, right) => left - right)
  if (numbers.length !== parts.count || numbers.some((number, index) => number !== index + 1)) {
    throw failed(
      `${repository} has ${numbers.length} of ${parts.count} parts of ${stem}.`,
      'Choose another quantisation.'
    )
  }
  return numbers.map((number) => parts.files.get(number)).filter((file) => file !== undefined)
}

interface Parts {
  readonly count: number
  readonly files: Map<number, RepositoryFile>
}

/**
 * Models by their path without the ending; projectors and importance matrices are none. Where a model is there whole
 * and in parts, the whole is taken.
 */
function groupModels(files: readonly RepositoryFile[]): Map<string, Parts> {
  const models = new Map<string, Parts>()
  for (const file of files) {
    const match = /^(.*?)(?:-(\d{5})-of-(\d{5}))?\.gguf$/i.exec(file.path)
    const stem = match?.[1]
    if (stem === undefined || /mmproj|imatrix/i.test(stem)) continue
    const count = Number(match?.[3] ?? 1)
    const known = models.get(stem)
    if (known !== undefined && known.count < count) continue
    const parts = known?.count === count ? known : { count, files: new Map<number, RepositoryFile>() }
    parts.files.set(Number(match?.[2] ?? 1), file)
    models.set(stem, parts)
  }
  return models
}

/** Whether a path names the quantisation as a word of its own: `Q4_K` is not in `Q4_K_M`. */
function mentions(path: string, quantisation: string): boolean {
  return path
    .toUpperCase()
    .split(/[-./]/)
    .some((word) => word === quantisation.toUpperCase())
}

function byLength(left: string, right: string): number {
  return left.length - right.length || (left < right ? -1 : 1)
}

function failed(what: string, advice: string): BaseError {
  return new BaseError('MODEL_DOWNLOAD_FAILED', what, { advice })
}
