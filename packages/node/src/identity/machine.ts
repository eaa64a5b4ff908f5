import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { arch, cpus, hostname, platform, totalmem } from 'node:os'
import { type HealthWarning, healthWarning } from '@unhosted/core/control'
import { z } from 'zod'
import { type HomePaths, readJsonFile, writeJsonFile } from '../store/index.ts'

/** Hashes, so that the file tells nothing of the machine. */
const machineSchema = z.strictObject({
  version: z.literal(1),
  /** Of the operating system's own id for the installation; null where it has none. */
  system: z.string().nullable(),
  hostname: z.string(),
  hardware: z.string()
})
export type MachineFingerprint = Readonly<z.infer<typeof machineSchema>>

/**
 * Compare this machine with the one that the identity was made on. The first start records it.
 * @returns a warning where the home folder seems to have been copied here from another machine
 * @throws BaseError HOME_CORRUPT | HOME_UNUSABLE
 */
export async function checkMachine(paths: HomePaths, here: MachineFingerprint): Promise<HealthWarning | null> {
  const made = await readJsonFile(paths.machine, machineSchema.nullable(), null)
  if (made === null) {
    await writeJsonFile(paths.machine, here)
    return null
  }
  if (isSameMachine(made, here)) return null
  return healthWarning('identity-copied', {})
}

/**
 * The system's id decides where both have one; otherwise name and hardware must both differ.
 * @internal For its test.
 */
export function isSameMachine(made: MachineFingerprint, here: MachineFingerprint): boolean {
  if (made.system !== null && here.system !== null) return made.system === here.system
  return made.hostname === here.hostname || made.hardware === here.hardware
}

export async function fingerprintMachine(): Promise<MachineFingerprint> {
  const system = await readSystemId()
  return {
    version: 1,
    system: system === null ? null : digest('system', system),
    hostname: digest('hostname', hostname()),
    hardware: digest('hardware', [platform(), arch(), cpus()[0]?.model, cpus().length, totalmem()].join('|'))
  }
}

/** systemd's and D-Bus's machine id; other systems have no file for it. */
async function readSystemId(): Promise<string | null> {
  for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    try {
      const id = (await readFile(path, 'utf8')).trim()
      if (/^[0-9a-f]{32}$/.test(id)) return id
    } catch {
      // Not there, or not ours to read: the next source, or none.
    }
  }
  return null
}

function digest(kind: string, value: string): string {
  return createHash('sha256').update(`unhosted ${kind} ${value}`).digest('hex').slice(0, 32)
}
