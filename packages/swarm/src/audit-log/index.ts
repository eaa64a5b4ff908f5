export * from './build-bundle.ts'
export * from './bundle.ts'
export * from './checkpoint.ts'
export * from './commitment.ts'
export * from './cosignature.ts'
export { equalHashes, leafHash } from './hash.ts'
export * from './merkle-head.ts'
export * from './merkle-log.ts'
export * from './note-keys.ts'
export { type DealEntryKind, dealPayload } from './opened-objects.ts'
export type { AuditCode } from './problem.ts'
export {
  maxNoteLength,
  maxNoteSignatures,
  type NoteSignature,
  parseNote,
  parseSignatureLine,
  renderNote,
  renderSignatureLine,
  type SignedNote
} from './signed-note.ts'
export * from './trust.ts'
export * from './verify-bundle.ts'
export * from './verify-proof.ts'
export * from './witness.ts'
