import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Node keeps the compiled code of modules here, for the workers and for every process that a test starts. Each of
// them loads hundreds of modules, and compiling those is a third of what its start costs.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/node-compile', import.meta.url))

const tests = (name: string): string[] => [
  `packages/*/{src,scripts}/**/${name}.test.ts`,
  `benchmarks/src/**/${name}.test.ts`,
  `test/${name}.test.ts`
]
/** Pure code. */
const pure = [
  'packages/{core,terminal}/src/**/*.test.ts',
  'packages/swarm/src/{audit-log,budget,deal,verification}/**/!(bit-flips).test.ts'
]
/** These replace a module, or measure memory, which works with modules of their own only. */
const isolated = ['packages/swarm/src/audit-log/bit-flips.test.ts', 'packages/node/src/p2p/intruders.test.ts']
/** What a test needs, by the end of its file's name; `npm run test:quick` leaves these out. */
const engine = tests('*.engine')
const chain = tests('*.chain')
const processes = tests('*.process')

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
  test: {
    // The default leaves one core free, which is half of a machine with two.
    maxWorkers: '100%',
    // Key derivation and property tests take seconds where every core is busy.
    testTimeout: 20_000,
    projects: [
      // The files of one worker share their modules: loading them for each file takes longer than most tests.
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
      {
        extends: true,
        test: {
          name: 'unit',
          include: tests('*'),
          exclude: [...pure, ...isolated, ...engine, ...chain, ...processes],
          isolate: false
        }
      },
      { extends: true, test: { name: 'isolated', include: isolated } },
      {
        extends: true,
        // One worker for all, after the others: the rules share the parsed tree.
        test: {
          name: 'architecture',
          include: ['test/architecture/**/*.test.ts'],
          pool: 'threads',
          isolate: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 }
        }
      },
      // Starting a program, or a chain, takes seconds on a machine that is busy.
      { extends: true, test: { name: 'process', include: processes, testTimeout: 30_000 } },
      { extends: true, test: { name: 'chain', include: chain, testTimeout: 30_000, hookTimeout: 30_000 } },
      { extends: true, test: { name: 'engine', include: engine, globalSetup: ['test/engine.setup.ts'] } },
      {
        extends: true,
        // One file at a time: some cases give a pool of three hosts a second or two for something.
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
