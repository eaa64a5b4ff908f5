/** The command-line form of an option's name: `lendMemory` becomes `lend-memory`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
