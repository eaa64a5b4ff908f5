import { formatSpread, machineFacts, spread } from '@unhosted/benchmarks/measure'
import {
  type BudgetEvent,
  type BudgetRecord,
  type BudgetState,
  emptyBudget,
  encodeRecord,
  encodeSnapshot,
  liveReservations,
  replayLog,
  stepBudget,
  takeSnapshot
} from '../../src/budget/index.ts'
import { benchPolicy, createWorkload } from './workload.ts'

// How many events a second the budget takes on one core, with thousands of attempts at once and months behind it.

const [live, days, events, rounds] = [5_000, 180, 200_000, 5]
const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** As the daemon will: every voucher is signed, and that is an event too. Nothing is written. */
function drive(start: BudgetState, list: readonly BudgetEvent[], keep: (record: BudgetRecord) => void = () => {}) {
  let state = start
  let steps = 0
  const deliver = (event: BudgetEvent): void => {
    const step = stepBudget(state, event, benchPolicy)
    state = step.state
    steps++
    for (const effect of step.effects) {
      if (effect.type === 'append') keep(effect.record)
      else deliver({ type: 'signed', at: event.at, ...effect.voucher })
    }
  }
  for (const event of list) deliver(event)
  return { state, steps }
}

/** Time by the clock, and processor time of all threads of this process, the garbage collector's included. */
function timed<T>(work: () => T): { readonly seconds: number; readonly coreSeconds: number; readonly result: T } {
  const from = performance.now()
  const cpu = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(cpu)
  return { seconds: (performance.now() - from) / 1_000, coreSeconds: (user + system) / 1e6, result }
}

const workload = createWorkload({ live, days, events })
const { state: ready } = drive(drive(emptyBudget, workload.history).state, workload.warmUp)
const perSecond: number[] = []
const perCoreSecond: number[] = []
drive(ready, workload.measured.slice(0, 20_000))
for (let round = 0; round < rounds; round++) {
  const { seconds, coreSeconds, result } = timed(() => drive(ready, workload.measured))
  perSecond.push(result.steps / seconds)
  perCoreSecond.push(result.steps / coreSeconds)
}
const records: BudgetRecord[] = []
const last = drive(ready, workload.measured, (record) => records.push(record))
const encoded = timed(() => records.map(encodeRecord).join(''))
const snapshot = timed(() => encodeSnapshot(takeSnapshot(ready)))
const replayed = timed(() => replayLog(snapshot.result + encoded.result).state)
const same = encodeSnapshot(takeSnapshot(replayed.result)) === encodeSnapshot(takeSnapshot(last.state))
const { cpu, node, commit, dirty } = machineFacts()

say(`${cpu}, Node ${node}, ${commit}${dirty ? ' (with changes)' : ''}`)
say(
  `${liveReservations(ready).length} attempts at once, ${days} days of history, ${rounds} rounds of ${last.steps} events`
)
say(`reducer: ${formatSpread(spread(perCoreSecond))} events for a second of one core; target 100000`)
say(`         ${formatSpread(spread(perSecond))} events a second by the clock, with whatever else runs here`)
say(
  `log: ${(records.length / encoded.coreSeconds).toFixed(0)} records/s encoded, ${records.length} in ${encoded.result.length} bytes`
)
say(`snapshot: ${snapshot.result.length} bytes in ${(snapshot.coreSeconds * 1_000).toFixed(0)} ms`)
say(`replay of both: ${replayed.coreSeconds.toFixed(2)} s, ${same ? 'the same state' : 'ANOTHER STATE'}`)
if (!same) process.exitCode = 1
