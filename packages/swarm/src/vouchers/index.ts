export type { HeldVoucher } from './held-vouchers.ts'
export { createVoucherBook, type Promised, type VoucherBook, type VoucherBookOptions } from './voucher-book.ts'
export { type Accepted, openVoucherInbox, type VoucherInbox, type VoucherInboxOptions } from './voucher-inbox.ts'
