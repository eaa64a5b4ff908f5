import { describe, expect, it } from 'vitest'
import { parseShare } from './build-step.ts'
import { parseLoaderCache } from './gpu-backends.ts'
import { findToolchain } from './toolchain.ts'
import { parseRelease } from './verify-engine.ts'

describe('findToolchain', () => {
  it.each([
    { id: 'linux', platform: 'linux', install: /apt install git cmake g\+\+|dnf install|pacman|zypper|apk add/ },
    { id: 'macOS', platform: 'darwin', install: /xcode-select --install && brew install cmake/ },
    { id: 'Windows', platform: 'win32', install: /winget install Git.Git Kitware.CMake/ }
  ] as const)('names what is missing and what installs it: $id', async ({ platform, install }) => {
    await expect(findToolchain({ PATH: '/nowhere' }, 2, platform)).rejects.toMatchObject({
      code: 'ENGINE_BUILD_FAILED',
      message: expect.stringMatching(/git, cmake|git and cmake/),
      advice: expect.stringMatching(install)
    })
  })
})

describe('parseShare', () => {
  it.each([
    { id: 'ninja', line: '[12/48] Building CXX object a.o', expected: 0.25 },
    { id: 'make', line: '[ 32%] Building CXX object a.o', expected: 0.32 },
    { id: 'make, all', line: '[100%] Built target llama-server', expected: 1 },
    { id: 'neither', line: 'In file included from [1]', expected: null },
    { id: 'nothing to do', line: '[0/0] x', expected: null }
  ])('$id', ({ line, expected }) => {
    expect(parseShare(line)).toBe(expected)
  })
})

describe('parseRelease', () => {
  it.each([
    { id: 'our build', text: 'x\nversion: 0.5.0-dev (build 1, commit 0ad4a86)\n', expected: 'v0.5.0' },
    { id: 'a release', text: 'version: 0.5.0 (build 9000, commit abc)', expected: 'v0.5.0' },
    { id: 'the older form', text: 'version: 6789 (abcdef1)', expected: 'b6789' },
    { id: 'another program', text: 'server 1.2', expected: null }
  ])('$id', ({ text, expected }) => {
    expect(parseRelease(text)).toBe(expected)
  })
})

describe('parseLoaderCache', () => {
  it('takes the 64-bit library', () => {
    const text = [
      "2 libs found in cache `/etc/ld.so.cache'",
      '\tlibcuda.so.1 (libc6) => /usr/lib/i386-linux-gnu/libcuda.so.1',
      '\tlibcuda.so.1 (libc6,x86-64) => /usr/lib/x86_64-linux-gnu/libcuda.so.1',
      '\tlibvulkan.so.1 (libc6,AArch64) => /usr/lib/aarch64-linux-gnu/libvulkan.so.1'
    ].join('\n')
    expect([...parseLoaderCache(text)]).toEqual([
      ['libcuda.so.1', '/usr/lib/x86_64-linux-gnu/libcuda.so.1'],
      ['libvulkan.so.1', '/usr/lib/aarch64-linux-gnu/libvulkan.so.1']
    ])
  })
})
