/**
 * What tells `unhosted-leash` to confine the program that it starts: of TCP it may only listen on `port`, and on the
 * CPU it may read no files but the system's and its own, write none, and have no sockets but TCP's. Linux with
 * Landlock and seccomp; elsewhere, and where the engine came without our leash, nothing comes of it. GPU drivers
 * want files in places that differ too much to list, so a server on a GPU keeps its user's files.
 */
export function confinement(port: number, deviceId: string): Readonly<Record<string, string>> {
  return { UNHOSTED_CONFINE_PORT: String(port), ...(deviceId === 'CPU' && { UNHOSTED_CONFINE_FILES: '1' }) }
}
