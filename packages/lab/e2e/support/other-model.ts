import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export const tinyPath = fileURLToPath(new URL('../../../node/assets/tiny/unhosted-tiny-q8_0.gguf', import.meta.url))

/** The tiny model under another `general.name`, so that it is another model: other bytes, other id, same answers. */
export async function writeOtherModel(path: string): Promise<string> {
  const file = await readFile(tinyPath)
  const name = Buffer.from('unhosted-tiny')
  const at = file.indexOf(name)
  if (at < 0) throw new Error('The tiny model is not called unhosted-tiny any more.')
  file.write('unhosted-here', at, 'latin1')
  await writeFile(path, file)
  return path
}
