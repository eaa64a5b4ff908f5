// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ChunkReceipt, Job, Lane, Panel, Quote, Signature, Verdict} from "../SwarmTypes.sol";

/// @title What a provider stands to lose
/// @notice A contract cannot judge whether the promised model answered, or answered faithfully: it never sees a model.
/// It takes stake in two cases only. Either the panel that provider and requester both signed for says guilty, and
/// then the stake is as safe as that panel is honest. Or the provider's own signatures prove a lie that needs no
/// judge: two receipts that contradict each other, or a charge above the signed price. Bad service beyond that is
/// not seen here.
///
/// One stake stands behind all of a provider's jobs, and nothing is set aside for any: who is convicted first pays
/// first, and a later verdict takes what is left, which may be nothing. What a provider asked back protects nobody for
/// long. So before you pay, look at the amount less what is leaving, and at what else it stands for. Any share that is
/// set aside for a dispute would be a shelter: whoever disputes himself could keep everybody else from his stake.
///
/// All amounts are micro-USDC unless their name says pico. Whatever is slashed is parted by one rule: half of it,
/// rounded up, is burned; of the other half the requester is refunded first, and the challenger gets what remains,
/// which is never above half of the rest. A provider can slash itself through a friend, to leave early or before a
/// conviction, and nothing here prevents it; the price is half of what it takes out, whatever the friend's papers say.
///
/// Money that is owed is credited and pulled by `withdrawCredit`. No call pays a third party, so a token that
/// blocks one account blocks nobody else. If the token blocks this contract, everything here stands still.
interface IProviderStake {
    /// @notice What is stored of a provider.
    struct Stake {
        uint96 amount; // micro-USDC, what is leaving included
        uint24 openDisputes;
        uint96 leaving; // micro-USDC asked back; slashable until it has left
        uint40 leavesAt; // unix seconds; means nothing while `leaving` is 0
        address jobKey; // the current one; earlier ones stay liable
        bytes32 peerIdHash; // SHA-256 of the libp2p PeerId's bytes
    }

    /// @notice A job as both sides signed it.
    struct Evidence {
        Lane lane;
        Quote quote;
        Signature quoteSignature; // by a job key of lane.provider
        Job job;
        Signature jobSignature; // by lane.signer
        ChunkReceipt receipt; // shows that the provider took the job
        Signature receiptSignature; // by a job key of lane.provider
    }

    enum Status {
        None,
        Open,
        Guilty,
        NotGuilty
    }

    struct Dispute {
        address provider;
        uint40 decidesBy; // unix seconds; a verdict counts up to and including this second
        Status status;
        address challenger; // lane.payer or lane.signer: paid the bond, gets it back with the reward
        uint96 atRisk; // micro-USDC that a guilty verdict takes, or what is there then, if that is less
        address requester; // lane.payer: gets the refund
        uint96 refundCap; // micro-USDC: job.maxCharge rounded down, or half of `atRisk` if that is less
        bytes32 arbiterSet;
    }

    event Staked(address indexed provider, uint256 amount, uint256 total);
    event JobKeySet(address indexed provider, address indexed jobKey, bytes32 indexed peerIdHash);
    /// @notice `amount` leaves at `leavesAt` if no dispute comes up; 0 and 0: the request was taken back.
    event Unstaking(address indexed provider, uint256 amount, uint256 leavesAt);
    event Unstaked(address indexed provider, address indexed to, uint256 amount);
    /// @notice The provider and the panel of that job should look at it now: the clock runs.
    event DisputeOpened(
        bytes32 indexed disputeId,
        address indexed provider,
        address indexed challenger,
        uint256 atRisk,
        uint256 decidesBy,
        bytes32 evidenceRoot
    );
    /// @notice The panel spoke. `refund` is what the requester was credited.
    event DisputeResolved(bytes32 indexed disputeId, bool guilty, uint256 refund, bytes32 evidenceRoot);
    /// @notice The panel was silent: not guilty.
    event DisputeExpired(bytes32 indexed disputeId);
    /// @notice slashed = refund + reward + burned. All 0: a guilty verdict that came when nothing was left.
    event Slashed(
        address indexed provider,
        bytes32 indexed jobHash,
        address indexed challenger,
        uint256 slashed,
        uint256 refund,
        uint256 reward,
        uint256 burned
    );
    event CreditWithdrawn(address indexed account, address indexed to, uint256 amount);
    event Burned(uint256 amount);

    error ZeroAddress(string what);
    error ZeroAmount();
    /// @notice `to` is this contract or the token: what is sent there is lost.
    error InvalidRecipient(address to);
    error AmountTooLarge(uint256 amount, uint256 most);
    /// @notice The token moved another amount than it was asked to: it takes a fee, or it lies.
    error UnexpectedTransfer(uint256 received, uint256 expected);
    error InsufficientStake(address provider, uint256 staked, uint256 wanted);
    error InsufficientCredit(address account, uint256 credit, uint256 wanted);
    error NothingLeaving(address provider);
    error UnstakeNotOver(address provider, uint256 leavesAt);
    error StakeUnderDispute(address provider, uint256 openDisputes);
    /// @notice The key works for `provider`, for ever.
    error JobKeyTaken(address jobKey, address provider);
    /// @notice `what` was signed by another key than the one whose word it must be.
    error WrongSigner(string what, address expected, address signer);
    /// @notice `what` was signed by a key that is no job key of `provider`, nor ever was.
    error NotAJobKey(string what, address signer, address provider);
    /// @notice Two objects do not belong together: one names `expected`, the other is `found`.
    error BrokenLink(string what, bytes32 expected, bytes32 found);
    /// @notice A panel has 1 to `most` arbiters, and a threshold from 1 to their number.
    error InvalidPanel(uint256 arbiters, uint256 threshold, uint256 most);
    error NotAnArbiter(address signer);
    error DuplicateArbiter(address signer);
    error TooFewSignatures(uint256 signatures, uint256 threshold);
    /// @notice Only the payer and the signer of the job's lane may dispute it.
    error NotRequester(address caller, address payer, address signer);
    error AlreadyDisputed(bytes32 disputeId);
    error DisputeNotOpen(bytes32 disputeId);
    error TooLateToDispute(bytes32 disputeId, uint256 opensUntil);
    error VerdictTooLate(bytes32 disputeId, uint256 decidesBy);
    error VerdictNotDue(bytes32 disputeId, uint256 decidesBy);
    /// @notice The provider has no stake, or its quote put none at risk.
    error NothingAtStake(address provider);
    error AlreadySlashed(bytes32 jobHash);
    error SameReceipt(bytes32 receiptHash);
    error DifferentSeq(uint256 first, uint256 second);
    error NoOvercharge(uint256 chargedPico, uint256 allowedPico);

    /// @notice Stake `amount`, for the caller as provider. Anyone may, at any time.
    /// @dev Wants an allowance. Reverts: ZeroAmount; AmountTooLarge when the whole would not fit uint96;
    /// UnexpectedTransfer; the token's own errors. What is staked during a dispute can be taken by its verdict.
    function stake(uint256 amount) external;

    /// @notice Make `jobKey` the key that signs the caller's quotes and receipts, under that PeerId.
    /// @dev `signature` is the key's own consent, a JobKey over the caller and `peerIdHash`: nobody can take a key that
    /// he does not hold, nor use a consent that was given to another. A key is bound to its provider for ever, so
    /// rotating leaves no lie unpunished; whoever loses an old key loses what it can sign. Being set again, with
    /// another PeerId, is allowed. Anyone may call, staked or not. Reverts: WrongSigner; JobKeyTaken; ECDSA's errors.
    function setJobKey(address jobKey, bytes32 peerIdHash, Signature calldata signature) external;

    /// @notice Ask `amount` of the caller's stake back. It replaces an earlier request, and the time starts anew;
    /// 0 takes the request back.
    /// @dev Until it has left, it can be slashed as before. Reverts: InsufficientStake.
    function startUnstake(uint256 amount) external;

    /// @notice Send what the caller asked back to `to`, once UNSTAKE_DELAY has passed with no dispute in it.
    /// @dev Nothing leaves while a dispute is open, however little it puts at risk, and each dispute that ends starts the
    /// time anew, so that others who were about to dispute still can.
    /// Reverts: ZeroAddress, InvalidRecipient; NothingLeaving; UnstakeNotOver; StakeUnderDispute; the token's own.
    function finishUnstake(address to) external;

    /// @notice Accuse a provider before the panel of that job's quote, against a bond. Only lane.payer and lane.signer
    /// may, whose job it is; there is one dispute for each job, ever, and its id is the job's hash.
    /// @dev Wants an allowance of `disputeBond`. The caller is the challenger: the bond comes back with a guilty verdict,
    /// along with the reward, while the refund goes to lane.payer. Else half of the bond, rounded up, is burned and the
    /// provider gets the rest. It sets no stake aside: see the top. Check before you pay: a panel that names an arbiter
    /// twice may never reach its threshold.
    /// Reverts: BrokenLink, WrongSigner, NotAJobKey and ECDSA's errors for evidence that does not hold together;
    /// NotRequester; InvalidPanel; TooLateToDispute after job.deadline + DISPUTE_WINDOW; AlreadyDisputed;
    /// NothingAtStake; UnexpectedTransfer; the token's own errors.
    /// @param evidenceRoot What the challenger gives the panel off chain; not checked.
    function openDispute(Evidence calldata evidence, Panel calldata panel, bytes32 evidenceRoot)
        external
        returns (bytes32 disputeId);

    /// @notice Carry out the panel's verdict. Anyone may send it; the signatures may stand in any order.
    /// @dev Guilty takes `atRisk`, or what is there now: 0 when others came first, and the bond goes back all the same. A
    /// refund above `refundCap`, or above half of what was taken, is cut. The first verdict counts, also if a panel
    /// signs two. Reverts: DisputeNotOpen; VerdictTooLate after `decidesBy`; BrokenLink for another panel;
    /// TooFewSignatures, NotAnArbiter, DuplicateArbiter, ECDSA's errors.
    function resolveDispute(Verdict calldata verdict, Panel calldata panel, Signature[] calldata signatures) external;

    /// @notice End a dispute that the panel let pass: silence means not guilty. Anyone may.
    /// @dev Reverts: DisputeNotOpen; VerdictNotDue up to and including `decidesBy`.
    function expireDispute(bytes32 disputeId) external;

    /// @notice Slash a provider that signed two different receipts for one job and seq. Anyone may; no judge.
    /// @dev Also if two of its keys signed. Takes the whole stake, also while disputes are open: their verdicts then find
    /// only what is staked after. Once for each job, so old receipts cannot take new stake. The refund is the larger
    /// charge of the two, rounded down, and at most half. Whoever copies the transaction and is quicker has the reward.
    /// Reverts: BrokenLink, NotAJobKey, ECDSA's errors; DifferentSeq; SameReceipt; AlreadySlashed; NothingAtStake.
    function slashEquivocation(
        Lane calldata lane,
        Job calldata job,
        ChunkReceipt calldata first,
        Signature calldata firstSignature,
        ChunkReceipt calldata second,
        Signature calldata secondSignature
    ) external;

    /// @notice Slash a provider whose receipt charges more than the quote's prices times the receipt's own counts, or
    /// more than job.maxCharge. Anyone may; no judge. That the counts are true is not checked: only a panel can.
    /// @dev The rest is as for `slashEquivocation`; the refund is the whole charge, rounded down. Reverts: BrokenLink,
    /// NotAJobKey, ECDSA's errors; NoOvercharge; AlreadySlashed; NothingAtStake.
    function slashOvercharge(
        Lane calldata lane,
        Quote calldata quote,
        Signature calldata quoteSignature,
        Job calldata job,
        ChunkReceipt calldata receipt,
        Signature calldata receiptSignature
    ) external;

    /// @notice Send `amount` of what the caller is owed to `to`.
    /// @dev Reverts: ZeroAddress, InvalidRecipient; ZeroAmount; InsufficientCredit; the token's own errors.
    function withdrawCredit(address to, uint256 amount) external;

    /// @notice Send all that is burnable to 0x...dEaD, for USDC cannot be burned by its holders. Anyone may.
    /// @dev Reverts: ZeroAmount when nothing is burnable; the token's own errors, and then it stays here unowed.
    function burn() external;

    function usdc() external view returns (address);
    /// @notice What a dispute costs to open.
    function disputeBond() external view returns (uint256);
    function stakeOf(address provider) external view returns (Stake memory);
    /// @notice Whom a key works for, the current ones and the earlier ones; 0: nobody.
    function providerOf(address jobKey) external view returns (address);
    function disputeOf(bytes32 disputeId) external view returns (Dispute memory);
    /// @notice Whether a proof about that job was used.
    function jobSlashed(bytes32 jobHash) external view returns (bool);
    function creditOf(address account) external view returns (uint256);
    function burnable() external view returns (uint256);

    /// @notice Seconds from the request, or from the end of the last dispute, until stake may leave.
    function UNSTAKE_DELAY() external view returns (uint256);
    /// @notice Seconds that a panel has.
    function VERDICT_WINDOW() external view returns (uint256);
    /// @notice Seconds after job.deadline in which a dispute can be opened.
    function DISPUTE_WINDOW() external view returns (uint256);
    function MAX_ARBITERS() external view returns (uint256);
}
