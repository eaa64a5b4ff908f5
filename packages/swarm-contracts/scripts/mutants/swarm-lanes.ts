import type { Mutant } from './mutant.ts'

type Change = readonly [id: string, find: string, replace: string]

const changes: readonly Change[] = [
  // Money in
  [
    'a deposit is not counted when it arrives',
    'safeTransferFrom(msg.sender, address(this), amount);\n        _requireReceived(balanceBefore, amount);',
    'safeTransferFrom(msg.sender, address(this), amount);\n        balanceBefore;'
  ],
  [
    'an authorized deposit is not counted when it arrives',
    'nonce, v, r, s);\n        _requireReceived(balanceBefore, amount);',
    'nonce, v, r, s);\n        balanceBefore;'
  ],
  ['less may arrive than was booked', 'require(received == amount, Unexp', 'require(received <= amount, Unexp'],
  ['a deposit is credited to the sender', '_accounts[payer].free += _fit(', '_accounts[msg.sender].free += _fit('],
  ['a deposit replaces the last one', '_accounts[payer].free += _fit(', '_accounts[payer].free = _fit('],
  // Lanes
  ['the least window is refused', 'closeWindow >= LEAST_CLOSE_WINDOW', 'closeWindow > LEAST_CLOSE_WINDOW'],
  ['the most window is refused', 'closeWindow <= MOST_CLOSE_WINDOW', 'closeWindow < MOST_CLOSE_WINDOW'],
  ['lanes of a payer share a nonce', '_accounts[msg.sender].lanesOpened++', '_accounts[msg.sender].lanesOpened'],
  ['a lane costs nothing', '_debit(msg.sender, funded);', ''],
  ['a top-up costs nothing', '_debit(msg.sender, added);', ''],
  ['spending adds to the deposit', '_accounts[payer].free = free - amount;', '_accounts[payer].free = free + amount;'],
  [
    'more may be spent than is free',
    'require(amount <= free, InsufficientDeposit(payer, free, amount));',
    'if (amount > free) free = amount;'
  ],
  // Claims
  ['a voucher is good any number of times', 'state.claimed = uint104(voucher.cumulative);', ''],
  ['a voucher pays its sum, not what it adds', 'voucher.cumulative - state.claimed;', 'voucher.cumulative;'],
  [
    'a claim replaces earlier earnings',
    '_earnings[voucher.lane.provider] += amount;',
    '_earnings[voucher.lane.provider] = amount;'
  ],
  ['whoever sends a claim earns it', '_earnings[voucher.lane.provider] += amount;', '_earnings[msg.sender] += amount;'],
  [
    'a bad row stops the batch',
    'emit ClaimSkipped(row, laneId, reason);\n                continue;',
    'emit ClaimSkipped(row, laneId, reason);\n                break;'
  ],
  [
    'a lane pays more than its funding',
    'if (voucher.cumulative > state.funded) return (false, Skip.AboveFunding);',
    ''
  ],
  ['a lane never pays its last unit', 'voucher.cumulative > state.funded', 'voucher.cumulative >= state.funded'],
  ['a cumulative may fall', 'if (voucher.cumulative <= state.claimed) return (false, Skip.NothingNew);', ''],
  ['a closing lane pays no more', 'if (state.closesAt == CLOSED) return', 'if (state.closesAt != 0) return'],
  ['anyone signs vouchers', 'signer == voucher.lane.signer, Skip', 'signer != address(0), Skip'],
  [
    'a signature of nobody is good',
    'signer == voucher.lane.signer, Skip',
    'signer == voucher.lane.signer || signer == address(0), Skip'
  ],
  ['the payer signs vouchers', 'signer == voucher.lane.signer, Skip', 'signer == voucher.lane.payer, Skip'],
  [
    'vouchers are good on every chain and contract',
    'return _hashTypedDataV4(SwarmHashes.hash(laneId, cumulative, ledgerHead));',
    'return SwarmHashes.hash(laneId, cumulative, ledgerHead);'
  ],
  // Closing
  ['anyone closes a lane', 'require(msg.sender == lane.payer, NotPayer(laneId, msg.sender));', ''],
  [
    'a close starts anew',
    'require(state.closesAt == 0 && _exists(state)',
    'require(state.closesAt != CLOSED && _exists(state)'
  ],
  ['a close has no window', 'block.timestamp + lane.closeWindow', 'block.timestamp'],
  ['a close finishes before its time', 'require(block.timestamp >= closesAt, CloseNotOver(laneId, closesAt));', ''],
  ['a close finishes a second late', 'block.timestamp >= closesAt', 'block.timestamp > closesAt'],
  ['a close finishes twice', 'closesAt != 0 && closesAt != CLOSED, LaneNotClosing', 'closesAt != 0, LaneNotClosing'],
  ['a close returns what was claimed', 'state.funded - claimed;', 'state.funded;'],
  ['a close returns nothing', '_accounts[payer].free += returned;', ''],
  ['a closed lane is not marked', 'state.closesAt = CLOSED;', ''],
  ['anyone releases a lane', 'require(msg.sender == lane.provider, NotProvider(laneId, msg.sender));', ''],
  // Money out
  ['earnings can be withdrawn again and again', '_earnings[msg.sender] = earned - amount;', ''],
  [
    'a deposit can be withdrawn again and again',
    '_debit(msg.sender, _fit(amount, type(uint104).max));\n        emit DepositWithdrawn',
    '_fit(amount, type(uint104).max);\n        emit DepositWithdrawn'
  ],
  [
    'a withdrawal can be reentered',
    'function withdrawEarnings(address to, uint256 amount) external nonReentrant {',
    'function withdrawEarnings(address to, uint256 amount) external {'
  ],
  ['tokens can be sent to the contract itself', 'to != address(this) && to != usdc', 'to != usdc']
]

export const swarmLanesMutants: readonly Mutant[] = changes.map(([id, find, replace]) => ({
  id: `lanes: ${id}`,
  file: 'contracts/SwarmLanes.sol',
  find,
  replace,
  tests: 'SwarmLanes'
}))
