import type { ErrorSpec } from '@unhosted/core/errors'

/** Errors of the audit log: part of `swarmErrorTable`. */
export const auditErrorTable = {
  AUDIT_NOTE_MALFORMED: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A signed checkpoint does not parse: its text, its signature lines, its size or its root.',
    remedy: 'Nothing was believed. Ask the other side for the checkpoint again.'
  },
  AUDIT_KEY_MALFORMED: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A log or witness key does not parse, or is not of the kind that is needed.',
    remedy: 'Copy the whole key: name, key id and base64, joined by plus signs.'
  },
  AUDIT_BUNDLE_MALFORMED: {
    status: 400,
    type: 'invalid_request_error',
    meaning:
      'A bundle of an audit log does not parse, is of another version, or is not written in the one form that is allowed.',
    remedy: 'Ask for the bundle again, byte for byte as it was exported, from the same version.'
  },
  AUDIT_KEY_UNTRUSTED: {
    status: 403,
    type: 'permission_error',
    meaning: 'A bundle is of a log whose key you did not say you trust.',
    remedy: 'Get the key of the log from its owner by another way, and compare.'
  },
  AUDIT_ORIGIN_WRONG: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A checkpoint is of another log.',
    remedy: 'Ask for the checkpoint of the log that you meant.'
  },
  AUDIT_SIGNATURE_INVALID: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A checkpoint lacks a signature, has one of an unknown key, or has one that does not verify.',
    remedy: 'Do not believe the checkpoint. Ask its log and witnesses for it again.'
  },
  AUDIT_WITNESS_MISSING: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'Fewer witnesses that you trust have cosigned the last checkpoint than you ask for.',
    remedy: 'Ask for a later checkpoint with more cosignatures; until then the log may show others another history.'
  },
  AUDIT_WITNESS_CONTRADICTS: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A witness cosigned a larger log before a smaller one, or in the future.',
    remedy: 'Do not count on that witness. Keep the file: it proves the contradiction.'
  },
  AUDIT_SIZE_WRONG: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'Entries or checkpoints are missing or too many: sizes do not grow, or do not fit the entries.',
    remedy: 'Ask for the whole bundle; keep this one.'
  },
  AUDIT_ROOT_WRONG: {
    status: 400,
    type: 'invalid_request_error',
    meaning:
      'The entries of a log are not those that its checkpoint was signed for: one was changed, dropped, added or moved.',
    remedy: 'Keep the file as evidence and do not pay by it.'
  },
  AUDIT_INCONSISTENT: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The proof that a log only grew between two of its checkpoints does not verify.',
    remedy: 'Keep the file as evidence and do not pay by it.'
  },
  AUDIT_FORKED: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A log signed another history than the one that you have seen of it.',
    remedy: 'Keep both files: two checkpoints of one size with different roots prove the fork.'
  },
  AUDIT_ROLLED_BACK: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A bundle ends before what you have seen of the log.',
    remedy: 'Ask for the log up to the present.'
  },
  AUDIT_SEEN_UNPROVEN: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'An excerpt of a log does not lead back to the checkpoint that you have seen.',
    remedy: 'Ask for an excerpt with that checkpoint, or for all entries.'
  },
  AUDIT_OPENING_WRONG: {
    status: 400,
    type: 'invalid_request_error',
    meaning:
      'What is shown as an entry is not what the log holds at that place: kind, salt, payload or place is another.',
    remedy: 'Do not believe what is shown. Ask for the opening again.'
  },
  AUDIT_PAYLOAD_MALFORMED: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'An entry is what was logged, and is not an object of its kind in its one written form.',
    remedy: 'Whoever kept the log wrote it so: do not pay by it.'
  },
  AUDIT_SIGNER_WRONG: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A quote, job, receipt, voucher or verdict in a log is not signed by who has to sign it.',
    remedy: 'Do not pay by it. Check that chain and contracts are the right ones.'
  },
  AUDIT_LINK_MISSING: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'An entry refers to a quote, job, lane or panel that is not shown before it.',
    remedy: 'Ask for a bundle that shows what the entry follows.'
  },
  AUDIT_RECEIPTS_BROKEN: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The receipts of a job do not follow each other: one is missing, changed, or counts fall.',
    remedy: 'Ask for all receipts of the job. Two receipts of one number are grounds for a slash.'
  },
  AUDIT_VOUCHER_FELL: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A voucher is for less than one before it on the same lane.',
    remedy: 'Claim the highest voucher that you hold.'
  },
  AUDIT_HEAD_WRONG: {
    status: 400,
    type: 'invalid_request_error',
    meaning:
      'A voucher carries a head that no checkpoint of the bundle has, or an earlier one than the voucher before it.',
    remedy: 'Ask for all checkpoints that vouchers name. If there is none, the payer forked the log.'
  }
} as const satisfies Record<string, ErrorSpec>
