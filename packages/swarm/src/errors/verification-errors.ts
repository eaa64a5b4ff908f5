import type { ErrorSpec } from '@unhosted/core/errors'

/** The codes of verification: part of `errorTable`. */
export const verificationErrorTable = {
  VERIFICATION_OUT_OF_RANGE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A parameter of an audit (an error probability, a rate, a count) lies where its formula does not hold.',
    remedy: 'Correct the parameter that is named.'
  },
  VERIFICATION_VIEW_TOO_NARROW: {
    status: 500,
    type: 'server_error',
    meaning: 'The engine listed too few tokens at an audited position to say how the next one was drawn.',
    remedy: 'Ask the engine for more alternatives (n_probs), best as many as top_k.'
  },
  LEAF_MALFORMED: {
    status: 502,
    type: 'server_error',
    meaning: 'What a provider claims of the tokens of a chunk does not parse, or has gaps.',
    remedy: 'Do not pay for the chunk, and use another provider.'
  },
  LEAF_NOT_IN_CHUNK: {
    status: 502,
    type: 'server_error',
    meaning: 'A token is not what the provider committed to in its receipt.',
    remedy: 'Keep the receipt and the proof as evidence, pay no more on the lane, and use another provider.'
  },
  AUDIT_SECRET_MISMATCH: {
    status: 502,
    type: 'server_error',
    meaning: 'An auditor revealed another secret than the one that it had committed to before the job.',
    remedy: 'Do not accept the audit: its positions may have been chosen.'
  },
  STAKE_UNBOUNDED: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'No stake deters a provider that is never caught: audit rate, detection or conviction is zero.',
    remedy: 'Audit at a rate above zero, with a test and a panel that find something.'
  }
} as const satisfies Record<string, ErrorSpec>
