import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          globalSetup: ['test/engine.setup.ts'],
          include: ['packages/*/{src,scripts}/**/*.test.ts', 'benchmarks/src/**/*.test.ts', 'test/*.test.ts']
        }
      },
      {
        extends: true,
        // One process for all: the rules share the parsed tree.
        test: {
          name: 'architecture',
          include: ['test/architecture/**/*.test.ts'],
          pool: 'threads',
          isolate: false,
          maxWorkers: 1
        }
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['packages/lab/e2e/**/*.test.ts'],
          globalSetup: ['test/engine.setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false
        }
      }
    ]
  }
})
