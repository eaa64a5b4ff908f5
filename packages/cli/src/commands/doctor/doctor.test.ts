import { noColours } from '@unhosted/terminal/testing'
import { describe, expect, it } from 'vitest'
import { ok } from './check.ts'
import { renderChecks } from './handler.ts'
import { unusedGpu } from './local-checks.ts'

describe('doctor', () => {
  it('shows each check, and why a GPU is not used', () => {
    const checks = [ok('engine', 'llama.cpp/v0.5.0 from /e.'), unusedGpu('Install the runtime of CUDA 13.')]
    expect(renderChecks(checks, noColours)).toMatchInlineSnapshot(`
      "ok       engine  llama.cpp/v0.5.0 from /e.
      warning  gpu     Install the runtime of CUDA 13.
                       Then run unhosted doctor again."
    `)
  })
})
