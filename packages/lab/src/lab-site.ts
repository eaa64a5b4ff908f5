/** What a kind of lab builds on. */
export interface LabSite {
  /** Unique on this machine. */
  readonly name: string
  /** Temporary folder of this lab alone. */
  readonly folder: string
  readonly hostNames: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}
