import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** What an engine process may see of our environment. LLAMA_ARG_* would override flags, so the list says what passes. */
const passed = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'TEMP',
  'TMP',
  'LANG',
  'LC_ALL',
  'TZ',
  'SYSTEMROOT',
  'WINDIR',
  'LOCALAPPDATA',
  'APPDATA',
  'USERPROFILE',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'XDG_RUNTIME_DIR',
  'XDG_CACHE_HOME',
  'XDG_DATA_DIRS',
  'OMP_NUM_THREADS'
])
/** Device choice and driver settings; none of them is read by llama.cpp's argument parser. */
const passedPrefixes = ['CUDA_', 'NVIDIA_', 'HIP_', 'ROCR_', 'HSA_', 'VK_', 'MESA_', 'GGML_VK_', 'GGML_CUDA_']

export function engineEnvironment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(own).filter(([name]) => {
    const upper = name.toUpperCase()
    return passed.has(upper) || passedPrefixes.some((prefix) => upper.startsWith(prefix))
  })
  // The backtrace of an aborting server costs most of the 0.7 s that its death takes, and forks a debugger.
  return { ...Object.fromEntries(kept), GGML_NO_BACKTRACE: '1' }
}

/** First executable file of that name on the search path; null when there is none. */
export async function findOnPath(name: string, environment: NodeJS.ProcessEnv): Promise<string | null> {
  const file = process.platform === 'win32' ? `${name}.exe` : name
  for (const folder of (environment.PATH ?? '').split(delimiter)) {
    if (folder === '') continue
    const path = join(folder, file)
    if (await isExecutable(path)) return path
  }
  return null
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return true
  } catch {
    // Missing or not executable: both are "no".
    return false
  }
}
