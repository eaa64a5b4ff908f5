import type { ErrorSpec } from '@unhosted/core/errors'

/** The codes of deals: part of `errorTable`. A refused quote or receipt is the other side's doing (502). */
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
    meaning: 'A signature is not one that a key makes, or it was altered on its way by someone without the key.',
    remedy: 'Do not accept what it came with. Ask the other side to sign again.'
  },
  SIGNING_KEY_INVALID: {
    status: 500,
    type: 'server_error',
    meaning: 'What should sign is not a secp256k1 private key.',
    remedy: 'Bring the right key: 32 bytes in hexadecimal. Nothing was signed.'
  },
  AMOUNT_INVALID: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'What should be an amount of USDC or a price for a million tokens does not parse.',
    remedy: 'Write it like 0.40, $0.40 or $0.40/M, with at most 6 decimals.'
  },
  PRICE_OVERFLOW: {
    status: 502,
    type: 'server_error',
    meaning: 'Prices and token counts make an amount that no contract can hold.',
    remedy: 'Nothing was signed or paid. Refuse the prices or the token counts it was made of.'
  },
  LANE_PROVIDER_MISMATCH: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A lane pays another provider than the one that is asked to work.',
    remedy: 'Open a lane to this provider, or send the terms of the right one.'
  },
  LANE_WINDOW_UNSUITABLE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A lane could close too fast for the provider to claim, or later than contracts take.',
    remedy: 'Open a lane with a close window that the provider takes; 24 hours suit most.'
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
    meaning: 'A quote is of another provider than the one that was asked.',
    remedy: 'Do not order by it. Ask another provider.'
  },
  QUOTE_SIGNATURE: {
    status: 502,
    type: 'server_error',
    meaning: 'A quote is not signed by a key that answers for its provider on this chain.',
    remedy: 'Do not order by it. Ask again; the provider may just have changed its key.'
  },
  QUOTE_PEER_MISMATCH: {
    status: 502,
    type: 'server_error',
    meaning: 'A quote was made for another peer than the one that sent it.',
    remedy: 'Do not order by it. Ask another provider.'
  },
  QUOTE_MODEL_MISMATCH: {
    status: 502,
    type: 'server_error',
    meaning: 'A quote is for another model than the one that was asked for.',
    remedy: 'Ask another provider for this model.'
  },
  QUOTE_EXPIRED: {
    status: 502,
    type: 'server_error',
    meaning: 'The time for which a quote was valid is over.',
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
    meaning: 'A quote names judges for disputes whom you have not chosen.',
    remedy: 'Ask another provider, or add the panel to those that you trust.'
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
    meaning: 'A quote gives receipts for no tokens or for more at a time than you let run on credit.',
    remedy: 'Ask another provider, or allow larger chunks.'
  },
  QUOTE_AT_RISK_LOW: {
    status: 502,
    type: 'server_error',
    meaning: 'A guilty verdict would cost the provider less than you ask for.',
    remedy: 'Ask another provider, or ask for less at stake.'
  },
  JOB_LANE_MISMATCH: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A job is to be paid through another lane than the one that it came with.',
    remedy: 'Send the terms of the lane that the job names.'
  },
  JOB_PROVIDER_MISMATCH: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A job joins the lane of one provider with the quote of another.',
    remedy: 'Order by a quote of the provider that the lane pays.'
  },
  JOB_QUOTE_MISMATCH: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A job was ordered by another quote than the one that it came with.',
    remedy: 'Send the quote that the job names, or order again by this one.'
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
    meaning: 'A job commits to another request than the one that came with it.',
    remedy: 'Do not work on it. Send the request and the salt that the job commits to.'
  },
  JOB_ID_MISMATCH: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'The id of a job is not made of its lane, its client and its request.',
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
    meaning: 'A job is due after its quote ends.',
    remedy: 'Order with an earlier deadline, or ask for a new quote.'
  },
  JOB_DEADLINE_FAR: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A job has more than 24 hours to be done: the stake behind it could leave before a dispute.',
    remedy: 'Order it with an earlier deadline.'
  },
  JOB_ABOVE_CONTEXT: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A prompt and the answer that a job allows do not fit the quoted context.',
    remedy: 'Ask for fewer tokens, or order by a quote with more context.'
  },
  JOB_ABOVE_QUOTE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A job allows a higher charge than its quote can come to.',
    remedy: 'Order again with the most that the quoted prices make.'
  },
  JOB_BELOW_PROMPT: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A job allows less than its prompt may cost, so a provider could not sign an honest receipt for it.',
    remedy: 'Order again with the most that the quoted prices make, or send a shorter prompt.'
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
    meaning: 'A receipt is not signed by a key that answers for its provider on this chain.',
    remedy: 'Do not pay by it. Pay what earlier receipts say and end the job.'
  },
  RECEIPT_AFTER_FINISH: {
    status: 502,
    type: 'server_error',
    meaning: 'A receipt came after the one that had ended the job.',
    remedy: 'Do not pay by it. Pay what the final receipt says.'
  },
  RECEIPT_CHAIN_BROKEN: {
    status: 502,
    type: 'server_error',
    meaning: 'A receipt does not follow the one before it: its number or the hash that it carries is another.',
    remedy: 'Do not pay by it. Keep both: two receipts with one number are proof against the provider.'
  },
  RECEIPT_ROOT_MISMATCH: {
    status: 502,
    type: 'server_error',
    meaning: 'A receipt is for other tokens than those that came.',
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
    meaning: 'A receipt is for more tokens than a chunk has, or for fewer though the job goes on.',
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
    meaning: 'A receipt charges another amount than its tokens cost at the quoted prices.',
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
    remedy: 'Do not take it as payment. Ask for one for this lane.'
  },
  VOUCHER_SIGNATURE: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A voucher is not signed by the signer of its lane on this chain.',
    remedy: 'Do not take it as payment. Stop until a good one comes.'
  },
  VOUCHER_LEDGER_MISMATCH: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A voucher carries no head of the audit log, or another than the one that was shown.',
    remedy: 'Do not take it as payment. Ask for the log and for a voucher with its head.'
  },
  VOUCHER_FALLS: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A voucher is for less in all than the one before it.',
    remedy: 'Keep the earlier one: it stays good. Stop until a higher one comes.'
  },
  VOUCHER_SHORT: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A voucher is for less than the receipts of its lane come to.',
    remedy: 'Stop until one for all that is owed comes. The earlier ones stay good.'
  },
  VOUCHER_ABOVE_TOTAL: {
    status: 402,
    type: 'invalid_request_error',
    meaning: 'A voucher is for more than the receipts of its lane come to.',
    remedy: 'Do not claim it. Compare the receipts of both sides; one of them counts wrong.'
  },
  PANEL_UNSOUND: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A panel cannot judge: no arbiters or too many, one named twice, or a threshold that they cannot meet.',
    remedy: 'Choose 1 to 15 different arbiters, and a threshold of at most their number.'
  },
  VERDICT_DISPUTE_MISMATCH: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A verdict is on another dispute.',
    remedy: 'Carry it to the dispute that it names.'
  },
  VERDICT_PANEL_MISMATCH: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A panel is not the one whose hash stands in the quote.',
    remedy: 'Bring the panel that both sides signed for.'
  },
  VERDICT_EVIDENCE_MISMATCH: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A verdict rests on other evidence than what was shown to the panel.',
    remedy: 'Ask the arbiters to sign for the evidence of this dispute.'
  },
  VERDICT_REFUND: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A verdict refunds more than can go back to the requester.',
    remedy: 'Ask the arbiters to sign for a refund that the dispute allows.'
  },
  VERDICT_SIGNATURE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A verdict is signed by someone who is not of the panel, or for another chain.',
    remedy: 'Leave that signature out.'
  },
  VERDICT_SIGNED_TWICE: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A verdict carries two signatures of one arbiter.',
    remedy: 'Leave one of them out.'
  },
  VERDICT_TOO_FEW: {
    status: 400,
    type: 'invalid_request_error',
    meaning: 'A verdict is signed by fewer arbiters than the threshold of its panel.',
    remedy: 'Wait for more signatures; without them, the provider is not guilty.'
  }
} as const satisfies Record<string, ErrorSpec>
