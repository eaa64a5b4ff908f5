import { execFile } from 'node:child_process'
import { readFile, statfs } from 'node:fs/promises'
import { freemem } from 'node:os'
import { promisify } from 'node:util'
import { BaseError } from '@unhosted/core/errors'
import { formatBytes, GiB } from '@unhosted/core/units'
import { findOnPath } from './engine-environment.ts'

const run = promisify(execFile)

export interface Toolchain {
  readonly git: string
  readonly cmake: string
  /** CMake's name of the build system. null: CMake's own choice (Visual Studio). */
  readonly generator: 'Ninja' | 'Unix Makefiles' | null
  readonly jobs: number
}

/** Source (210 MB), objects and binaries of a linked build; a full one takes twice that. */
const neededBytes = 1.5 * GiB
/** A compiler process at its largest (clip.cpp). */
const bytesPerJob = 1.2 * GiB

/**
 * Everything that a build needs, looked for before anything is started.
 * @throws BaseError ENGINE_BUILD_FAILED naming all that is missing and the command that installs it here
 */
export async function findToolchain(
  environment: NodeJS.ProcessEnv,
  cores: number,
  platform: NodeJS.Platform = process.platform
): Promise<Toolchain> {
  const find = (name: string): Promise<string | null> => findOnPath(name, environment)
  const firstOf = async (names: readonly string[]): Promise<string | null> => {
    for (const name of names) {
      const path = await find(name)
      if (path !== null) return path
    }
    return null
  }
  const [git, cmake, ninja, make] = await Promise.all([
    find('git'),
    find('cmake'),
    find('ninja'),
    firstOf(['make', 'gmake'])
  ])
  const windows = platform === 'win32'
  // On Windows CMake finds Visual Studio by itself; where it cannot, its own message goes into the error.
  const c = windows ? 'cl' : await firstOf([environment.CC ?? 'cc', 'gcc', 'clang'])
  const cxx = windows ? 'cl' : await firstOf([environment.CXX ?? 'c++', 'g++', 'clang++'])
  const missing = [
    ...(git === null ? ['git'] : []),
    ...(cmake === null ? ['cmake'] : []),
    ...(c === null || cxx === null ? ['a C++ compiler'] : []),
    ...(ninja === null && make === null && !windows ? ['make or ninja'] : [])
  ]
  if (git === null || cmake === null || missing.length > 0) {
    throw new BaseError('ENGINE_BUILD_FAILED', `The engine cannot be built: ${listed(missing)} not found on PATH.`, {
      advice: `Install what is missing, then run unhosted engine build. ${await installCommand(platform)}`,
      details: { missing }
    })
  }
  await assertCmakeVersion(cmake, environment)
  const generator = ninja !== null ? 'Ninja' : make !== null ? 'Unix Makefiles' : null
  return { git, cmake, generator, jobs: Math.max(1, Math.min(cores, Math.floor(freemem() / bytesPerJob))) }
}

async function assertCmakeVersion(cmake: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const { stdout } = await run(cmake, ['--version'], { env: environment, timeout: 20_000 })
  const match = /(\d+)\.(\d+)/.exec(stdout)
  const version = Number(match?.[1] ?? 0) * 1000 + Number(match?.[2] ?? 0)
  if (version >= 3018) return
  throw new BaseError(
    'ENGINE_BUILD_FAILED',
    `${cmake} is ${match?.[0] ?? 'of unknown version'}; 3.18 or newer is needed.`,
    {
      advice: 'Install a newer CMake (for example with pip install cmake), then run unhosted engine build.'
    }
  )
}

/** @throws BaseError ENGINE_BUILD_FAILED */
export async function assertDiskSpace(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (free >= neededBytes) return
  throw new BaseError(
    'ENGINE_BUILD_FAILED',
    `The engine cannot be built: ${folder} has ${formatBytes(free)} free, ${formatBytes(neededBytes)} are needed.`,
    {
      advice: 'Free some disk space, or set UNHOSTED_CACHE to a folder on another disk.',
      details: { free, neededBytes }
    }
  )
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? `${names[0] ?? 'nothing'} was` : `${names.slice(0, -1).join(', ')} and ${names.at(-1)} were`

const commands: Readonly<Record<string, string>> = {
  debian: 'Debian, Ubuntu: sudo apt install git cmake g++ make ninja-build',
  fedora: 'Fedora, RHEL: sudo dnf install git cmake gcc-c++ make ninja-build',
  arch: 'Arch: sudo pacman -S git cmake gcc make ninja',
  suse: 'openSUSE: sudo zypper install git cmake gcc-c++ make ninja',
  alpine: 'Alpine: sudo apk add git cmake g++ make linux-headers',
  darwin: 'macOS: xcode-select --install && brew install cmake',
  win32: 'Windows: winget install Git.Git Kitware.CMake Microsoft.VisualStudio.2022.BuildTools (with the C++ workload)'
}

/** The line for this system; where it is not known, the lines for the common ones. */
async function installCommand(platform: NodeJS.Platform): Promise<string> {
  const direct = commands[platform]
  if (direct !== undefined) return direct
  let release = ''
  try {
    release = await readFile('/etc/os-release', 'utf8')
  } catch {
    // No such file: all the common commands are shown.
  }
  const ids = [...release.matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)"?$/gm)].flatMap((match) => (match[1] ?? '').split(' '))
  for (const id of ids) {
    const name = id === 'ubuntu' ? 'debian' : id === 'rhel' ? 'fedora' : id
    const line = commands[name]
    if (line !== undefined) return line
  }
  return [commands.debian, commands.fedora, commands.darwin, commands.win32].join('; ')
}
