import type { ErrorSpec } from '@unhosted/core/errors'

/** The codes of verification: part of `swarmErrorTable`. */
export const verificationErrorTable = {
  VERIFICATION_OUT_OF_RANGE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A parameter of an audit (an error probability, a rate, a count) is outside the range of its formula.',
    remedy: 'Fix the parameter that the message names.'
  },
  VERIFICATION_VIEW_TOO_NARROW: {
    status: 500,
    type: 'server_error',
    meaning: 'The engine listed too few tokens at an audited position to check how the next one was sampled.',
    remedy: 'Ask the engine for more alternatives (n_probs), best as many as top_k.'
  },
  LEAF_MALFORMED: {
    status: 502,
    type: 'server_error',
    meaning: 'The claim of a provider about the tokens of a chunk does not parse, or has gaps.',
    remedy: 'Do not pay for the chunk, and use another provider.'
  },
  LEAF_NOT_IN_CHUNK: {
    status: 502,
    type: 'server_error',
    meaning: 'A token differs from what the provider committed to in its receipt.',
    remedy: 'Keep the receipt and the proof as evidence, pay no more on the lane, and use another provider.'
  },
  AUDIT_SECRET_MISMATCH: {
    status: 502,
    type: 'server_error',
    meaning: 'An auditor revealed a different secret than the one it committed to before the job.',
    remedy: 'Do not accept the audit: its positions may have been chosen.'
  },
  STAKE_UNBOUNDED: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'No stake can deter a provider that is never caught: the audit rate, detection or conviction is zero.',
    remedy: 'Use an audit rate, a detection rate and a conviction rate above zero.'
  }
} as const satisfies Record<string, ErrorSpec>
