// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IProviderStake} from "./interfaces/IProviderStake.sol";
import {JobEvidence} from "./JobEvidence.sol";
import {Panels} from "./libraries/Panels.sol";
import {StakeMath} from "./libraries/StakeMath.sol";
import {SwarmHashes} from "./libraries/SwarmHashes.sol";
import {ChunkReceipt, Job, Lane, Panel, Quote, Signature, Verdict} from "./SwarmTypes.sol";

/// @title What a provider stands to lose
/// @notice What each function does, and what can go wrong, stands in IProviderStake. No owner, no upgrade, no fee.
/// @dev Every micro-USDC is in one of four places, and only these moves exist:
///
///     stake                              guilty, proof
///   USDC ------> amount ---------------------------------+------> credit -- withdrawCredit --> USDC
///                 |  of it `reserved`: for open disputes |   ^
///                 |  of it `leaving`:  asked back        |   | guilty: to the challenger
///                 |                                      |   | else: half to the provider
///                 +-- finishUnstake --> USDC             |  bond <-- openDispute -- USDC
///                                                        |   | else: half
///                                                        +---+--> burnable -- burn --> 0x...dEaD
///
/// A dispute: none -> open -> guilty or not guilty. Never back, never twice for one job.
///
/// Storage; the papers are not stored, they come in calldata:
///   slot 0, 1  EIP712: name and version, unused, as both fit into bytecode
///   slot 2     providerOf[jobKey]   | provider 160 |
///   slot 3     _stakes[provider]    | amount 104 | reserved 104 | openDisputes 32 |
///                                   | leaving 104 | leavesAt 48 | proofs 32 |
///                                   | jobKey 160 |
///                                   | peerIdHash 256 |
///   slot 4     _disputes[jobHash]   | provider 160 | decidesBy 48 | status 8 | proofs 32 |
///                                   | challenger 160 |
///                                   | requester 160 |
///                                   | reserved 104 | refundCap 104 |
///                                   | arbiterSet 256 |
///   slot 5     jobSlashed[jobHash]  | 8 |
///   slot 6     creditOf[account]    | 256 |
///   slot 7     burnable             | 256 |
/// Transient: the reentrancy guard of whatever touches the token.
contract ProviderStake is JobEvidence, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev What was taken off a stake, and whom it is parted among. In memory only.
    struct Slash {
        address provider;
        bytes32 jobHash;
        address challenger;
        address requester;
        uint256 amount;
    }

    /// @inheritdoc IProviderStake
    uint256 public constant UNSTAKE_DELAY = 7 days;
    /// @inheritdoc IProviderStake
    uint256 public constant VERDICT_WINDOW = 48 hours;
    /// @inheritdoc IProviderStake
    uint256 public constant DISPUTE_WINDOW = 3 days;
    /// @inheritdoc IProviderStake
    uint256 public constant MAX_OPEN_DISPUTES = 16;
    /// @inheritdoc IProviderStake
    uint256 public constant MAX_ARBITERS = Panels.MAX_ARBITERS;
    /// @dev Nobody holds its key; the zero address is refused by USDC.
    address private constant GRAVE = 0x000000000000000000000000000000000000dEaD;

    /// @inheritdoc IProviderStake
    address public immutable usdc;
    /// @inheritdoc IProviderStake
    uint256 public immutable disputeBond;

    mapping(address provider => Stake) private _stakes;
    mapping(bytes32 jobHash => Dispute) private _disputes;
    /// @inheritdoc IProviderStake
    mapping(bytes32 jobHash => bool) public jobSlashed;
    /// @inheritdoc IProviderStake
    mapping(address account => uint256) public creditOf;
    /// @inheritdoc IProviderStake
    uint256 public burnable;

    constructor(address usdc_, uint256 disputeBond_) EIP712("Unhosted ProviderStake", "1") {
        require(usdc_ != address(0), ZeroAddress("usdc"));
        require(disputeBond_ != 0, ZeroAmount());
        usdc = usdc_;
        disputeBond = disputeBond_;
    }

    // Stake

    /// @inheritdoc IProviderStake
    function stake(uint256 amount) external nonReentrant {
        require(amount != 0, ZeroAmount());
        Stake storage stake_ = _stakes[msg.sender];
        uint256 most = type(uint104).max - stake_.amount;
        require(amount <= most, AmountTooLarge(amount, most));

        // forge-lint: disable-next-line(unsafe-typecast): at most `most`
        stake_.amount += uint104(amount);
        emit Staked(msg.sender, amount, stake_.amount);
        _pull(amount);
    }

    /// @inheritdoc IProviderStake
    function setJobKey(address jobKey, bytes32 peerIdHash, Signature calldata signature) external {
        _bindJobKey(msg.sender, jobKey, peerIdHash, signature);
        Stake storage stake_ = _stakes[msg.sender];
        stake_.jobKey = jobKey;
        stake_.peerIdHash = peerIdHash;
        emit JobKeySet(msg.sender, jobKey, peerIdHash);
    }

    /// @inheritdoc IProviderStake
    function startUnstake(uint256 amount) external {
        Stake storage stake_ = _stakes[msg.sender];
        require(amount <= stake_.amount, InsufficientStake(msg.sender, stake_.amount, amount));

        // forge-lint: disable-next-line(unsafe-typecast): at most the stake
        stake_.leaving = uint104(amount);
        // forge-lint: disable-next-line(unsafe-typecast): fits for eight million years
        stake_.leavesAt = amount == 0 ? 0 : uint48(block.timestamp + UNSTAKE_DELAY);
        emit Unstaking(msg.sender, amount, stake_.leavesAt);
    }

    /// @inheritdoc IProviderStake
    function finishUnstake(address to) external nonReentrant {
        _requireRecipient(to);
        Stake storage stake_ = _stakes[msg.sender];
        uint104 amount = stake_.leaving;
        require(amount != 0, NothingLeaving(msg.sender));
        require(stake_.openDisputes == 0, StakeUnderDispute(msg.sender, stake_.openDisputes));
        require(block.timestamp >= stake_.leavesAt, UnstakeNotOver(msg.sender, stake_.leavesAt));

        _reduce(stake_, amount);
        stake_.leaving = 0;
        stake_.leavesAt = 0;
        emit Unstaked(msg.sender, to, amount);
        IERC20(usdc).safeTransfer(to, amount);
    }

    // Disputes

    /// @inheritdoc IProviderStake
    function openDispute(Evidence calldata evidence, Panel calldata panel, bytes32 evidenceRoot)
        external
        nonReentrant
        returns (bytes32 disputeId)
    {
        disputeId = _checkEvidence(evidence);
        _requireLink("panel", evidence.quote.arbiterSet, SwarmHashes.arbiterSet(panel));
        Panels.requireSound(panel);
        uint256 opensUntil = evidence.job.deadline + DISPUTE_WINDOW;
        require(block.timestamp <= opensUntil, TooLateToDispute(disputeId, opensUntil));
        Dispute storage dispute = _disputes[disputeId];
        require(dispute.status == Status.None, AlreadyDisputed(disputeId));

        _file(dispute, evidence);
        emit DisputeOpened(disputeId, dispute.provider, msg.sender, dispute.reserved, dispute.decidesBy, evidenceRoot);
        _pull(disputeBond);
    }

    /// @inheritdoc IProviderStake
    function resolveDispute(Verdict calldata verdict, Panel calldata panel, Signature[] calldata signatures) external {
        bytes32 disputeId = verdict.disputeId;
        Dispute storage dispute = _openDispute(disputeId);
        require(block.timestamp <= dispute.decidesBy, VerdictTooLate(disputeId, dispute.decidesBy));
        _requireLink("panel", dispute.arbiterSet, SwarmHashes.arbiterSet(panel));
        Panels.requireQuorum(panel, _hashTypedDataV4(SwarmHashes.hash(verdict)), signatures);

        uint256 refund;
        if (verdict.guilty) refund = _convict(disputeId, dispute, verdict.refund);
        else _acquit(disputeId, dispute);
        emit DisputeResolved(disputeId, verdict.guilty, refund, verdict.evidenceRoot);
    }

    /// @inheritdoc IProviderStake
    function expireDispute(bytes32 disputeId) external {
        Dispute storage dispute = _openDispute(disputeId);
        require(block.timestamp > dispute.decidesBy, VerdictNotDue(disputeId, dispute.decidesBy));

        _acquit(disputeId, dispute);
        emit DisputeExpired(disputeId);
    }

    // Proofs that need no judge

    /// @inheritdoc IProviderStake
    function slashEquivocation(
        Lane calldata lane,
        Job calldata job,
        ChunkReceipt calldata first,
        Signature calldata firstSignature,
        ChunkReceipt calldata second,
        Signature calldata secondSignature
    ) external {
        bytes32 jobHash = _checkJob(lane, job);
        bytes32 firstHash = _checkReceipt(lane, jobHash, first, firstSignature);
        bytes32 secondHash = _checkReceipt(lane, jobHash, second, secondSignature);
        require(first.seq == second.seq, DifferentSeq(first.seq, second.seq));
        require(firstHash != secondHash, SameReceipt(firstHash));

        uint256 chargedPico = first.chargedPico > second.chargedPico ? first.chargedPico : second.chargedPico;
        _slashAll(lane, jobHash, chargedPico);
    }

    /// @inheritdoc IProviderStake
    function slashOvercharge(
        Lane calldata lane,
        Quote calldata quote,
        Signature calldata quoteSignature,
        Job calldata job,
        ChunkReceipt calldata receipt,
        Signature calldata receiptSignature
    ) external {
        bytes32 jobHash = _checkJob(lane, job);
        _checkQuote(lane, quote, quoteSignature, job);
        _checkReceipt(lane, jobHash, receipt, receiptSignature);
        uint256 allowedPico = StakeMath.allowedPico(quote, job, receipt);
        require(receipt.chargedPico > allowedPico, NoOvercharge(receipt.chargedPico, allowedPico));

        _slashAll(lane, jobHash, receipt.chargedPico);
    }

    // Money out

    /// @inheritdoc IProviderStake
    function withdrawCredit(address to, uint256 amount) external nonReentrant {
        _requireRecipient(to);
        require(amount != 0, ZeroAmount());
        uint256 credit = creditOf[msg.sender];
        require(amount <= credit, InsufficientCredit(msg.sender, credit, amount));

        creditOf[msg.sender] = credit - amount;
        emit CreditWithdrawn(msg.sender, to, amount);
        IERC20(usdc).safeTransfer(to, amount);
    }

    /// @inheritdoc IProviderStake
    function burn() external nonReentrant {
        uint256 amount = burnable;
        require(amount != 0, ZeroAmount());

        burnable = 0;
        emit Burned(amount);
        IERC20(usdc).safeTransfer(GRAVE, amount);
    }

    // Views

    /// @inheritdoc IProviderStake
    function stakeOf(address provider) external view returns (Stake memory) {
        return _stakes[provider];
    }

    /// @inheritdoc IProviderStake
    function disputeOf(bytes32 disputeId) external view returns (Dispute memory) {
        return _disputes[disputeId];
    }

    // Private parts, in the order of their use

    /// @dev A token that takes a fee, or lies about a transfer, would leave us owing what we do not hold.
    function _pull(uint256 amount) private {
        uint256 balanceBefore = IERC20(usdc).balanceOf(address(this));
        IERC20(usdc).safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = IERC20(usdc).balanceOf(address(this)) - balanceBefore;
        require(received == amount, UnexpectedTransfer(received, amount));
    }

    /// @dev The addresses that people paste by mistake, and from which nothing could ever come back.
    function _requireRecipient(address to) private view {
        require(to != address(0), ZeroAddress("to"));
        require(to != address(this) && to != usdc, InvalidRecipient(to));
    }

    /// @dev What is no longer there cannot leave.
    function _reduce(Stake storage stake_, uint256 by) private {
        // forge-lint: disable-next-line(unsafe-typecast): a stake, less something
        uint104 amount = uint104(stake_.amount - by);
        stake_.amount = amount;
        if (stake_.leaving > amount) stake_.leaving = amount;
    }

    /// @dev Reserves stake and stores the dispute. Every cast fits: what is reserved is at most a uint104.
    function _file(Dispute storage dispute, Evidence calldata evidence) private {
        address provider = evidence.lane.provider;
        Stake storage stake_ = _stakes[provider];
        require(stake_.openDisputes < MAX_OPEN_DISPUTES, TooManyDisputes(provider, MAX_OPEN_DISPUTES));
        uint256 reserved = StakeMath.min(stake_.amount - stake_.reserved, evidence.quote.atRisk);
        require(reserved != 0, NothingAtStake(provider));

        stake_.openDisputes += 1;
        // forge-lint: disable-next-line(unsafe-typecast): at most the stake
        stake_.reserved += uint104(reserved);
        dispute.provider = provider;
        // forge-lint: disable-next-line(unsafe-typecast): fits for eight million years
        dispute.decidesBy = uint48(block.timestamp + VERDICT_WINDOW);
        dispute.status = Status.Open;
        dispute.proofs = stake_.proofs;
        dispute.challenger = msg.sender;
        dispute.requester = evidence.lane.payer;
        // forge-lint: disable-next-line(unsafe-typecast): at most the stake
        dispute.reserved = uint104(reserved);
        // Not what the given receipt charges: a provider could open the dispute itself, with a receipt of its own.
        uint256 mostPaid = StakeMath.picoToMicroRoundedDown(evidence.job.maxCharge);
        dispute.refundCap = uint104(StakeMath.min(mostPaid, StakeMath.halfRoundedDown(reserved)));
        dispute.arbiterSet = evidence.quote.arbiterSet;
    }

    function _openDispute(bytes32 disputeId) private view returns (Dispute storage dispute) {
        dispute = _disputes[disputeId];
        require(dispute.status == Status.Open, DisputeNotOpen(disputeId));
    }

    function _convict(bytes32 disputeId, Dispute storage dispute, uint256 refundWanted) private returns (uint256) {
        Stake storage stake_ = _stakes[dispute.provider];
        _end(dispute, stake_, Status.Guilty);
        _reduce(stake_, dispute.reserved);
        creditOf[dispute.challenger] += disputeBond;
        return _payOut(
            Slash(dispute.provider, disputeId, dispute.challenger, dispute.requester, dispute.reserved),
            StakeMath.min(refundWanted, dispute.refundCap)
        );
    }

    function _acquit(bytes32 disputeId, Dispute storage dispute) private {
        address provider = dispute.provider;
        Stake storage stake_ = _stakes[provider];
        _end(dispute, stake_, Status.NotGuilty);
        uint256 compensation = StakeMath.halfRoundedDown(disputeBond);
        creditOf[provider] += compensation;
        burnable += disputeBond - compensation;

        // A proof came meanwhile and could not take this part: opening a dispute of one's own must not save it.
        if (dispute.proofs != stake_.proofs) {
            uint256 shielded = dispute.reserved;
            _reduce(stake_, shielded);
            burnable += shielded;
            emit Slashed(provider, disputeId, address(0), shielded, 0, 0, shielded);
        }
    }

    /// @dev Frees what was reserved, and starts the time of an unstake anew.
    function _end(Dispute storage dispute, Stake storage stake_, Status status) private {
        dispute.status = status;
        stake_.openDisputes -= 1;
        stake_.reserved -= dispute.reserved;
        // forge-lint: disable-next-line(unsafe-typecast): fits for eight million years
        if (stake_.leaving != 0) stake_.leavesAt = uint48(block.timestamp + UNSTAKE_DELAY);
    }

    function _slashAll(Lane calldata lane, bytes32 jobHash, uint256 chargedPico) private {
        require(!jobSlashed[jobHash], AlreadySlashed(jobHash));
        Stake storage stake_ = _stakes[lane.provider];
        require(stake_.amount != 0, NothingAtStake(lane.provider));

        jobSlashed[jobHash] = true;
        stake_.proofs += 1;
        uint256 free = stake_.amount - stake_.reserved;
        _reduce(stake_, free);
        _payOut(
            Slash(lane.provider, jobHash, msg.sender, lane.payer, free), StakeMath.picoToMicroRoundedDown(chargedPico)
        );
    }

    /// @dev Credits what was already taken off a stake. Returns the refund.
    function _payOut(Slash memory slash, uint256 refundWanted) private returns (uint256) {
        (uint256 refund, uint256 reward, uint256 burned) = StakeMath.split(slash.amount, refundWanted);
        creditOf[slash.requester] += refund;
        creditOf[slash.challenger] += reward;
        burnable += burned;
        emit Slashed(slash.provider, slash.jobHash, slash.challenger, slash.amount, refund, reward, burned);
        return refund;
    }
}
