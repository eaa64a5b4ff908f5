import type { Mutant } from './mutant.ts'

type Change = readonly [id: string, find: string, replace: string]

const stake: readonly Change[] = [
  // Unstaking
  [
    'more may leave than is staked',
    'require(amount <= stake_.amount, InsufficientStake(msg.sender, stake_.amount, amount));',
    ''
  ],
  [
    'stake leaves under a dispute',
    'require(stake_.openDisputes == 0, StakeUnderDispute(msg.sender, stake_.openDisputes));',
    ''
  ],
  [
    'stake leaves before its time',
    'require(block.timestamp >= stake_.leavesAt, UnstakeNotOver(msg.sender, stake_.leavesAt));',
    ''
  ],
  ['stake leaves a second late', 'block.timestamp >= stake_.leavesAt', 'block.timestamp > stake_.leavesAt'],
  ['stake that left is still there', 'stake_.amount -= amount;', ''],
  ['stake leaves again and again', 'stake_.leaving = 0;\n        stake_.leavesAt = 0;', 'stake_.leavesAt = 0;'],
  ['what was slashed can still leave', 'if (stake_.leaving > left) stake_.leaving = left;', ''],
  [
    'the time to leave runs on under a dispute',
    'if (stake_.leaving != 0) stake_.leavesAt = uint40(block.timestamp + UNSTAKE_DELAY);',
    ''
  ],
  // Disputes
  ['a job is disputed again', 'require(_disputes[disputeId].status == Status.None, AlreadyDisputed(disputeId));', ''],
  ['strangers dispute', '_requireRequester(evidence.lane);', ''],
  ['the payer may not dispute', 'msg.sender == lane.payer || msg.sender', 'msg.sender'],
  ['the signer may not dispute', ' || msg.sender == lane.signer, NotRequester', ', NotRequester'],
  ['the provider disputes the jobs of others', ' || msg.sender == lane.signer', ' || msg.sender == lane.provider'],
  ['a dispute is refused in its last second', 'block.timestamp <= opensUntil', 'block.timestamp < opensUntil'],
  ['disputes cost no bond', 'evidenceRoot);\n        _pull(disputeBond);', 'evidenceRoot);'],
  ['open disputes are not counted', 'stake_.openDisputes += 1;', ''],
  ['open disputes are counted as one', 'stake_.openDisputes += 1;', 'stake_.openDisputes = 1;'],
  ['a dispute over nothing', 'require(StakeMath.min(stake_.amount, atRisk) != 0, NothingAtStake(provider));', ''],
  ['a refund may be all that is at risk', 'StakeMath.halfRoundedDown(atRisk)', 'atRisk'],
  ['a refund may be above what was paid', 'StakeMath.min(mostPaid, StakeMath.half', '(StakeMath.half'],
  ['what is at risk wraps around', 'StakeMath.min(evidence.quote.atRisk, type(uint96).max)', 'evidence.quote.atRisk'],
  ['a dispute is spent on the stake of that day', 'atRisk, type(uint96).max)', 'atRisk, stake_.amount)'],
  ['the refund is the challenger\u2019s', 'requester: evidence.lane.payer,', 'requester: msg.sender,'],
  ['bond and reward are the payer\u2019s', 'challenger: msg.sender,', 'challenger: evidence.lane.payer,'],
  ['another panel judges', '_requireLink("panel", dispute.arbiterSet, SwarmHashes.arbiterSet(panel));', ''],
  [
    'a panel is disputed that nobody signed for',
    '_requireLink("panel", evidence.quote.arbiterSet, SwarmHashes.arbiterSet(panel));',
    ''
  ],
  [
    'a verdict is refused in its last second',
    'block.timestamp <= dispute.decidesBy',
    'block.timestamp < dispute.decidesBy'
  ],
  ['a dispute expires a second early', 'block.timestamp > dispute.decidesBy', 'block.timestamp >= dispute.decidesBy'],
  ['a dispute is decided again', 'dispute.status = status;', ''],
  ['a dispute that ended is still counted', 'stake_.openDisputes -= 1;', ''],
  ['a guilty provider keeps its stake', 'stake_.amount = left;', ''],
  [
    'a verdict takes all there is',
    'dispute.requester, dispute.atRisk, refund',
    'dispute.requester, type(uint96).max, refund'
  ],
  ['a verdict takes what is not there', 'StakeMath.min(slash.most, stake_.amount)', 'slash.most'],
  ['a challenger who was right loses the bond', 'creditOf[challenger] += disputeBond;', ''],
  ['a refund has no cap', 'StakeMath.min(refundWanted, dispute.refundCap)', 'refundWanted'],
  [
    'the provider gets the whole bond',
    'uint256 compensation = StakeMath.halfRoundedDown(disputeBond);',
    'uint256 compensation = disputeBond;'
  ],
  ['the provider pays for an acquittal', 'creditOf[dispute.provider] += compensation;', ''],
  ['half of a lost bond is nobody\u2019s', 'burnable += disputeBond - compensation;', ''],
  // Proofs
  ['a proof is good again and again', 'jobSlashed[jobHash] = true;', ''],
  ['a proof takes half', 'lane.payer, all, refund', 'lane.payer, all / 2, refund'],
  ['a proof is used up on nothing', 'require(all != 0, NothingAtStake(lane.provider));', ''],
  ['one receipt contradicts itself', 'require(firstHash != secondHash, SameReceipt(firstHash));', ''],
  [
    'receipts one after the other contradict',
    'require(first.seq == second.seq, DifferentSeq(first.seq, second.seq));',
    ''
  ],
  ['the exact price is an overcharge', 'receipt.chargedPico > allowedPico', 'receipt.chargedPico >= allowedPico'],
  // Money out
  ['credit can be withdrawn again and again', 'creditOf[msg.sender] = credit - amount;', ''],
  ['a refund replaces earlier credit', 'creditOf[slash.requester] += refund;', 'creditOf[slash.requester] = refund;'],
  ['the reward goes to the requester', 'creditOf[slash.challenger] += reward;', 'creditOf[slash.requester] += reward;'],
  ['what is burned is not kept apart', 'burnable += burned;', ''],
  ['what was burned is burned again', 'burnable = 0;', ''],
  [
    'a stake is not counted when it arrives',
    'require(received == amount, UnexpectedTransfer(received, amount));',
    'received;'
  ]
]

const evidence: readonly Change[] = [
  [
    'a job key need not consent',
    '_requireSignedBy("job key", jobKey, SwarmHashes.hash(JobKey(provider, peerIdHash)), signature);',
    'signature; peerIdHash;'
  ],
  ['a job key changes providers', 'require(bound == address(0) || bound == provider, JobKeyTaken(jobKey, bound));', ''],
  ['a job need not be signed', '_requireSignedBy("job", evidence.lane.signer, jobHash, evidence.jobSignature);', ''],
  ['a quote need not be the one of the job', '_requireLink("quote", job.quoteHash, quoteHash);', ''],
  ['a receipt need not be of the job', '_requireLink("receipt", receipt.jobHash, jobHash);', ''],
  ['a lane need not be the one of the job', '_requireLink("lane", job.laneId, SwarmHashes.laneId(lane));', 'lane;'],
  [
    'a receipt by anyone is the provider\u2019s',
    'require(providerOf[signer] == provider, NotAJobKey(what, signer, provider));',
    'what; provider; signer;'
  ],
  [
    'papers are good on every chain and contract',
    'ECDSA.recover(_hashTypedDataV4(structHash),',
    'ECDSA.recover(structHash,'
  ]
]

const panels: readonly Change[] = [
  ['an arbiter counts twice', 'require(signed & seat == 0, IProviderStake.DuplicateArbiter(signer));', ''],
  ['too few arbiters decide', 'signatures.length >= panel.threshold,', 'signatures.length + 1 >= panel.threshold,'],
  ['strangers judge', 'revert IProviderStake.NotAnArbiter(signer);', 'return 255;'],
  ['nobody need judge', 'panel.threshold >= 1 && ', ''],
  ['the largest panel is refused', 'arbiters <= MAX_ARBITERS,', 'arbiters < MAX_ARBITERS,']
]

const math: readonly Change[] = [
  ['halves are rounded up', 'return amount / 2;', 'return (amount + 1) / 2;'],
  ['refunds are rounded up', 'return pico / PICO_PER_MICRO;', 'return (pico + PICO_PER_MICRO - 1) / PICO_PER_MICRO;'],
  ['cached tokens cost nothing', ' + uint256(receipt.cachedTokens) * quote.cachedPico', ''],
  ['the most of the job does not bind', 'return min(priced, job.maxCharge);', 'return job.maxCharge > 0 ? priced : 0;'],
  ['a refund is paid twice', 'reward = paid - refund;', 'reward = paid;'],
  ['the smaller is the larger', 'return a < b ? a : b;', 'return a < b ? b : a;']
]

const mutants = (file: string, changes: readonly Change[]): readonly Mutant[] =>
  changes.map(([id, find, replace]) => ({ id: `stake: ${id}`, file, find, replace, tests: 'ProviderStake' }))

export const providerStakeMutants: readonly Mutant[] = [
  ...mutants('contracts/ProviderStake.sol', stake),
  ...mutants('contracts/JobEvidence.sol', evidence),
  ...mutants('contracts/libraries/Panels.sol', panels),
  ...mutants('contracts/libraries/StakeMath.sol', math)
]
