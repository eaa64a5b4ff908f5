import { must } from './command.ts'
import { startLineProgram } from './line-program.ts'
import { enter } from './namespaces.ts'
import { nativeProgram } from './native.ts'

/** Put a slow wire between the port of host `index` and the bridge: the port leaves it, one end of a new pair joins. */
export async function startDelay(bridge: string, index: number, delayMs: number): Promise<{ stop(): Promise<void> }> {
  const ip = (rule: string) => must(['ip', '-n', bridge, ...rule.split(' ')])
  await ip(`link add w${index} type veth peer name b${index}`)
  for (const end of ['w', 'b']) await ip(`link set ${end}${index} addrgenmode none up`)
  await ip(`link set p${index} nomaster`)
  await ip(`link set b${index} master br0`)
  const wire = [await nativeProgram('delay'), `p${index}`, `w${index}`, String(delayMs)]
  const program = await startLineProgram(enter(bridge, wire))
  return {
    stop: async () => {
      await program.stop()
      await ip(`link del w${index}`)
      await ip(`link set p${index} master br0`)
    }
  }
}
