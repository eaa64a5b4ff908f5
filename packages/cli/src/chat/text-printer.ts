import { type Output, safeText } from '@unhosted/terminal'

/** Prints a streamed answer as it comes, and ends its last line once. */
export function createTextPrinter(output: Output): { print(text: string): void; end(): void } {
  let last = '\n'
  return {
    print(text) {
      const safe = safeText(text)
      if (safe === '') return
      output.write(safe)
      last = safe
    },
    end() {
      if (!last.endsWith('\n')) output.write('\n')
      last = '\n'
    }
  }
}
