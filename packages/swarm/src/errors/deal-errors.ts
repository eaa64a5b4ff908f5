import type { ErrorSpec } from '@unhosted/core/errors'

/** The codes of deals: part of `swarmErrorTable`. A refused quote or receipt is the other side's doing (502). */
export const dealErrorTable = {
  DEAL_MALFORMED: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A quote, job, receipt, voucher or verdict does not parse: a field is missing, out of bounds or unknown.',
    remedy: 'Nothing was signed or paid. Update both machines to the same version.'
  },
  SIGNATURE_MALFORMED: {
    status: 502,
    type: 'server_error',
    meaning: 'A signature is not valid, or was changed on the way.',
    remedy: 'Do not accept the signed object. Ask the other side to sign again.'
  },
  SIGNING_KEY_INVALID: {
    status: 500,
    type: 'server_error',
    meaning: 'The signing key is not a secp256k1 private key.',
    remedy: 'Nothing was signed. Give the right key: 32 bytes in hexadecimal.'
  },
  AMOUNT_INVALID: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'An amount of USDC or a price per million tokens is not valid.',
    remedy: 'Write it like 0.40, $0.40 or $0.40/M, with at most 6 decimals.'
  },
  PRICE_OVERFLOW: {
    status: 502,
    type: 'server_error',
    meaning: 'Prices and token counts give an amount that is too large for the contracts.',
    remedy: 'Nothing was signed or paid. Refuse the prices or the token counts.'
  },
  LANE_PROVIDER_MISMATCH: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A lane pays a different provider than the one that gets the job.',
    remedy: 'Open a lane to this provider, or send the terms of the right one.'
  },
  LANE_WINDOW_UNSUITABLE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The close window of a lane is too short for the provider, or longer than the contracts allow.',
    remedy: 'Open a lane with a close window that the provider accepts; 24 hours suit most.'
  },
  JOB_KEY_MISMATCH: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A job key agrees to work for another provider or as another peer.',
    remedy: 'Sign the consent again for this provider and this machine.'
  },
  JOB_KEY_SIGNATURE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A consent to work for a provider is not signed by the job key.',
    remedy: 'Sign it with the job key itself, on this chain.'
  },
  QUOTE_PROVIDER_MISMATCH: {
    status: 502,
    type: 'server_error',
    meaning: 'A quote comes from a different provider than the one that was asked.',
    remedy: 'Do not use the quote. Ask another provider.'
  },
  QUOTE_SIGNATURE: {
    status: 502,
    type: 'server_error',
    meaning: 'A quote is not signed by a job key of its provider on this chain.',
    remedy: 'Do not use the quote. Ask again: the provider may have changed its key.'
  },
  QUOTE_PEER_MISMATCH: {
    status: 502,
    type: 'server_error',
    meaning: 'A quote was made for a different peer than the one that sent it.',
    remedy: 'Do not use the quote. Ask another provider.'
  },
  QUOTE_MODEL_MISMATCH: {
    status: 502,
    type: 'server_error',
    meaning: 'A quote is for a different model than the requested one.',
    remedy: 'Ask another provider for this model.'
  },
  QUOTE_EXPIRED: {
    status: 502,
    type: 'server_error',
    meaning: 'A quote has expired.',
    remedy: 'Ask for a new quote, and check that the clock of this machine is right.'
  },
  QUOTE_ABOVE_CEILING: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A quoted price is above your ceiling for that kind of token.',
    remedy: 'Ask another provider, or raise the ceiling.'
  },
  QUOTE_PANEL_UNKNOWN: {
    status: 502,
    type: 'server_error',
    meaning: 'A quote names a dispute panel that you do not trust.',
    remedy: 'Ask another provider, or add the panel to the ones that you trust.'
  },
  QUOTE_CONTEXT_SMALL: {
    status: 502,
    type: 'server_error',
    meaning: 'A quote is for fewer tokens of context than the request needs.',
    remedy: 'Ask another provider, or ask for fewer tokens.'
  },
  QUOTE_CHUNK_SIZE: {
    status: 502,
    type: 'server_error',
    meaning: 'The chunk size of a quote is zero, or larger than the number of tokens that you allow on credit.',
    remedy: 'Ask another provider, or allow larger chunks.'
  },
  QUOTE_AT_RISK_LOW: {
    status: 502,
    type: 'server_error',
    meaning: 'A guilty verdict would cost the provider less than you require.',
    remedy: 'Ask another provider, or require a smaller amount at stake.'
  },
  JOB_LANE_MISMATCH: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A job names a different lane than the one that it came with.',
    remedy: 'Send the terms of the lane that the job names.'
  },
  JOB_PROVIDER_MISMATCH: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A job combines the lane of one provider with the quote of another.',
    remedy: 'Use a quote of the provider that the lane pays.'
  },
  JOB_QUOTE_MISMATCH: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A job names a different quote than the one that it came with.',
    remedy: 'Send the quote that the job names, or order again with this one.'
  },
  JOB_SIGNATURE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A job is not signed by the signer of its lane on this chain.',
    remedy: 'Do not work on it. Order again with the key that the lane names.'
  },
  JOB_REQUEST_MISMATCH: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A job commits to a different request than the one that came with it.',
    remedy: 'Do not work on it. Send the request and the salt that the job commits to.'
  },
  JOB_ID_MISMATCH: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The id of a job does not match its lane, client and request.',
    remedy: 'Order again; the id is computed, not chosen.'
  },
  JOB_REPEATED: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The same attempt of a job was ordered before.',
    remedy: 'Resume that one, or order the next attempt.'
  },
  JOB_EXPIRED: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The deadline of a job has passed.',
    remedy: 'Order again with a later deadline, and check that the clock of this machine is right.'
  },
  JOB_DEADLINE_LATE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The deadline of a job is after the end of its quote.',
    remedy: 'Order with an earlier deadline, or ask for a new quote.'
  },
  JOB_DEADLINE_FAR: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A job has a deadline of more than 24 hours: the stake could be withdrawn before a dispute.',
    remedy: 'Order it with an earlier deadline.'
  },
  JOB_ABOVE_CONTEXT: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The prompt and the answer that a job allows do not fit into the quoted context.',
    remedy: 'Ask for fewer tokens, or use a quote with more context.'
  },
  JOB_ABOVE_QUOTE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A job allows a higher charge than its quote can reach.',
    remedy: 'Order again with the maximum that the quoted prices give.'
  },
  JOB_BELOW_PROMPT: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A job allows less than its prompt may cost, so a provider could not sign an honest receipt for it.',
    remedy: 'Order again with the maximum that the quoted prices give, or send a shorter prompt.'
  },
  JOB_ABOVE_LANE: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A job may cost more than its lane has left.',
    remedy: 'Top up the lane, or ask for fewer tokens.'
  },
  RECEIPT_JOB_MISMATCH: {
    status: 502,
    type: 'server_error',
    meaning: 'A receipt is for another job.',
    remedy: 'Do not pay by it. Pay what earlier receipts say and end the job.'
  },
  RECEIPT_SIGNATURE: {
    status: 502,
    type: 'server_error',
    meaning: 'A receipt is not signed by a job key of its provider on this chain.',
    remedy: 'Do not pay by it. Pay what earlier receipts say and end the job.'
  },
  RECEIPT_AFTER_FINISH: {
    status: 502,
    type: 'server_error',
    meaning: 'A receipt came after the final receipt of the job.',
    remedy: 'Do not pay by it. Pay what the final receipt says.'
  },
  RECEIPT_CHAIN_BROKEN: {
    status: 502,
    type: 'server_error',
    meaning: 'A receipt does not follow the one before it: its number or its hash of the previous receipt is wrong.',
    remedy: 'Do not pay by it. Keep both: two receipts with the same number are proof against the provider.'
  },
  RECEIPT_ROOT_MISMATCH: {
    status: 502,
    type: 'server_error',
    meaning: 'A receipt is for different tokens than the ones received.',
    remedy: 'Do not pay by it. Keep it and the tokens as evidence.'
  },
  RECEIPT_TIME_BACKWARDS: {
    status: 502,
    type: 'server_error',
    meaning: 'A receipt is dated before the one that it follows.',
    remedy: 'Do not pay by it. Pay what earlier receipts say and end the job.'
  },
  RECEIPT_FROM_FUTURE: {
    status: 502,
    type: 'server_error',
    meaning: 'A receipt is dated more than a minute ahead of the clock here.',
    remedy: 'Check that the clock of this machine is right. If it is, do not pay by the receipt.'
  },
  RECEIPT_AFTER_DEADLINE: {
    status: 502,
    type: 'server_error',
    meaning: 'A receipt is dated after the deadline of its job.',
    remedy: 'Do not pay by it. Pay what earlier receipts say.'
  },
  RECEIPT_PROMPT_MISMATCH: {
    status: 502,
    type: 'server_error',
    meaning: 'A receipt counts more or fewer prompt tokens than there are, or than the one before it.',
    remedy: 'Do not pay by it. Check that both sides use the same model and template.'
  },
  RECEIPT_COUNTS_FALL: {
    status: 502,
    type: 'server_error',
    meaning: 'A receipt counts fewer generated tokens than the one before it.',
    remedy: 'Do not pay by it. Pay what earlier receipts say and end the job.'
  },
  RECEIPT_CHUNK_SIZE: {
    status: 502,
    type: 'server_error',
    meaning: 'A receipt is for more tokens than a chunk has, or for fewer although the job continues.',
    remedy: 'Do not pay by it. Pay what earlier receipts say and end the job.'
  },
  RECEIPT_ABOVE_MAX_OUT: {
    status: 502,
    type: 'server_error',
    meaning: 'A receipt counts more generated tokens than the job allows.',
    remedy: 'Do not pay by it. Pay what earlier receipts say and end the job.'
  },
  RECEIPT_ABOVE_CONTEXT: {
    status: 502,
    type: 'server_error',
    meaning: 'A receipt counts more tokens than the quoted context holds.',
    remedy: 'Do not pay by it. Pay what earlier receipts say and end the job.'
  },
  RECEIPT_CHARGE_WRONG: {
    status: 502,
    type: 'server_error',
    meaning: 'A receipt does not charge what its tokens cost at the quoted prices.',
    remedy: 'Do not pay by it. If it charges more, it is proof against the provider: keep it.'
  },
  RECEIPT_ABOVE_MAX_CHARGE: {
    status: 502,
    type: 'server_error',
    meaning: 'A receipt charges more than the job allows.',
    remedy: 'Do not pay by it. It is proof against the provider: keep it.'
  },
  VOUCHER_LANE_MISMATCH: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A voucher is for another lane.',
    remedy: 'Do not accept it as payment. Ask for a voucher for this lane.'
  },
  VOUCHER_SIGNATURE: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A voucher is not signed by the signer of its lane on this chain.',
    remedy: 'Do not accept it as payment. Stop work until a valid voucher arrives.'
  },
  VOUCHER_LEDGER_MISMATCH: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A voucher has no head of the audit log, or a different head than the one that was shown.',
    remedy: 'Do not accept it as payment. Ask for the log and for a voucher with its head.'
  },
  VOUCHER_FALLS: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A voucher is for a smaller total than the one before it.',
    remedy: 'Keep the earlier one, which stays valid. Stop work until a higher one arrives.'
  },
  VOUCHER_SHORT: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A voucher is for less than the total of the receipts of its lane.',
    remedy: 'Stop work until a voucher for the full amount arrives. Earlier vouchers stay valid.'
  },
  VOUCHER_ABOVE_TOTAL: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A voucher is for more than the total of the receipts of its lane.',
    remedy: 'Do not claim it. Compare the receipts of both sides: one of them is wrong.'
  },
  PANEL_UNSOUND: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A panel is not valid: it has no arbiters or too many, one twice, or a threshold that it cannot reach.',
    remedy: 'Choose 1 to 15 different arbiters, and a threshold of at most their number.'
  },
  VERDICT_DISPUTE_MISMATCH: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A verdict is for another dispute.',
    remedy: 'Submit it to the dispute that it names.'
  },
  VERDICT_PANEL_MISMATCH: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A panel does not match the hash in the quote.',
    remedy: 'Use the panel that both sides signed for.'
  },
  VERDICT_EVIDENCE_MISMATCH: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A verdict is based on different evidence than the panel was shown.',
    remedy: 'Ask the arbiters to sign for the evidence of this dispute.'
  },
  VERDICT_REFUND: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A verdict refunds more than the requester can get back.',
    remedy: 'Ask the arbiters to sign for a refund that the dispute allows.'
  },
  VERDICT_SIGNATURE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A verdict is signed by someone who is not on the panel, or for another chain.',
    remedy: 'Remove that signature.'
  },
  VERDICT_SIGNED_TWICE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A verdict has two signatures of one arbiter.',
    remedy: 'Remove one of them.'
  },
  VERDICT_TOO_FEW: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A verdict is signed by fewer arbiters than the threshold of its panel.',
    remedy: 'Wait for more signatures. Without them, the provider is not guilty.'
  }
} as const satisfies Record<string, ErrorSpec>
