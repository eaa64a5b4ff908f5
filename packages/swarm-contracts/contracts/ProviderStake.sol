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
///     stake                          guilty, proof
///   USDC ------> amount -----------------------------+------> credit -- withdrawCredit --> USDC
///                 |  of it `leaving`: asked back     |   ^
///                 |                                  |   | guilty: to the challenger
///                 +-- finishUnstake --> USDC         |   | else: half to the provider
///                                                    |  bond <-- openDispute -- USDC
///                                                    |   | else: half
///                                                    +---+--> burnable -- burn --> 0x...dEaD
///
/// A dispute: none -> open -> guilty or not guilty. Never back, never twice for one job. It sets nothing of the stake
/// aside, or whoever disputes himself could keep others from it; while it is open, no stake leaves.
///
/// Storage; the papers are not stored, they come in calldata:
///   slot 0, 1  EIP712: name and version, unused, as both fit into bytecode
///   slot 2     providerOf[jobKey]   | provider 160 |
///   slot 3     _stakes[provider]    | amount 96 | openDisputes 24 | leaving 96 | leavesAt 40 |
///                                   | jobKey 160 |
///                                   | peerIdHash 256 |
///   slot 4     _disputes[jobHash]   | provider 160 | decidesBy 40 | status 8 |
///                                   | challenger 160 | atRisk 96 |
///                                   | requester 160 | refundCap 96 |
///                                   | arbiterSet 256 |
///   slot 5     jobSlashed[jobHash]  | 8 |
///   slot 6     creditOf[account]    | 256 |
///   slot 7     burnable             | 256 |
/// Transient: the reentrancy guard of whatever touches the token.
contract ProviderStake is JobEvidence, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev What is to be taken off a stake, and for whom. In memory only.
    struct Slash {
        address provider;
        bytes32 jobHash;
        address challenger;
        address requester;
        uint256 most;
        uint256 refundWanted;
    }

    /// @inheritdoc IProviderStake
    uint256 public constant UNSTAKE_DELAY = 7 days;
    /// @inheritdoc IProviderStake
    uint256 public constant VERDICT_WINDOW = 48 hours;
    /// @inheritdoc IProviderStake
    uint256 public constant DISPUTE_WINDOW = 3 days;
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
        uint256 most = type(uint96).max - stake_.amount;
        require(amount <= most, AmountTooLarge(amount, most));

        // forge-lint: disable-next-line(unsafe-typecast): at most `most`
        stake_.amount += uint96(amount);
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
        stake_.leaving = uint96(amount);
        // forge-lint: disable-next-line(unsafe-typecast): fits for 34,000 years
        stake_.leavesAt = amount == 0 ? 0 : uint40(block.timestamp + UNSTAKE_DELAY);
        emit Unstaking(msg.sender, amount, stake_.leavesAt);
    }

    /// @inheritdoc IProviderStake
    function finishUnstake(address to) external nonReentrant {
        _requireRecipient(to);
        Stake storage stake_ = _stakes[msg.sender];
        uint96 amount = stake_.leaving;
        require(amount != 0, NothingLeaving(msg.sender));
        require(stake_.openDisputes == 0, StakeUnderDispute(msg.sender, stake_.openDisputes));
        require(block.timestamp >= stake_.leavesAt, UnstakeNotOver(msg.sender, stake_.leavesAt));

        stake_.amount -= amount;
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
        _requireRequester(evidence.lane);
        _requireLink("panel", evidence.quote.arbiterSet, SwarmHashes.arbiterSet(panel));
        Panels.requireSound(panel);
        uint256 opensUntil = evidence.job.deadline + DISPUTE_WINDOW;
        require(block.timestamp <= opensUntil, TooLateToDispute(disputeId, opensUntil));
        require(_disputes[disputeId].status == Status.None, AlreadyDisputed(disputeId));

        _file(disputeId, evidence, evidenceRoot);
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
        else _acquit(dispute);
        emit DisputeResolved(disputeId, verdict.guilty, refund, verdict.evidenceRoot);
    }

    /// @inheritdoc IProviderStake
    function expireDispute(bytes32 disputeId) external {
        Dispute storage dispute = _openDispute(disputeId);
        require(block.timestamp > dispute.decidesBy, VerdictNotDue(disputeId, dispute.decidesBy));

        _acquit(dispute);
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

    /// @dev Else the provider's friend could be first, with papers that it saw, and nobody could dispute that job again.
    function _requireRequester(Lane calldata lane) private view {
        require(
            msg.sender == lane.payer || msg.sender == lane.signer, NotRequester(msg.sender, lane.payer, lane.signer)
        );
    }

    function _file(bytes32 disputeId, Evidence calldata evidence, bytes32 evidenceRoot) private {
        address provider = evidence.lane.provider;
        Stake storage stake_ = _stakes[provider];
        uint256 atRisk = StakeMath.min(evidence.quote.atRisk, type(uint96).max);
        require(StakeMath.min(stake_.amount, atRisk) != 0, NothingAtStake(provider));

        stake_.openDisputes += 1;
        // Not what the receipt charges: it may be an early one. The panel says how much was paid.
        uint256 mostPaid = StakeMath.picoToMicroRoundedDown(evidence.job.maxCharge);
        uint256 decidesBy = block.timestamp + VERDICT_WINDOW;
        // forge-lint: disable-start(unsafe-typecast): the time fits for 34,000 years, both amounts are at most a uint96
        _disputes[disputeId] = Dispute({
            provider: provider,
            decidesBy: uint40(decidesBy),
            status: Status.Open,
            challenger: msg.sender,
            atRisk: uint96(atRisk),
            requester: evidence.lane.payer,
            refundCap: uint96(StakeMath.min(mostPaid, StakeMath.halfRoundedDown(atRisk))),
            arbiterSet: evidence.quote.arbiterSet
        });
        // forge-lint: disable-end(unsafe-typecast)
        emit DisputeOpened(disputeId, provider, msg.sender, atRisk, decidesBy, evidenceRoot);
    }

    function _openDispute(bytes32 disputeId) private view returns (Dispute storage dispute) {
        dispute = _disputes[disputeId];
        require(dispute.status == Status.Open, DisputeNotOpen(disputeId));
    }

    /// @dev Returns the refund.
    function _convict(bytes32 disputeId, Dispute storage dispute, uint256 refundWanted) private returns (uint256) {
        _end(dispute, Status.Guilty);
        address challenger = dispute.challenger;
        creditOf[challenger] += disputeBond;
        uint256 refund = StakeMath.min(refundWanted, dispute.refundCap);
        return _slash(Slash(dispute.provider, disputeId, challenger, dispute.requester, dispute.atRisk, refund));
    }

    function _acquit(Dispute storage dispute) private {
        _end(dispute, Status.NotGuilty);
        uint256 compensation = StakeMath.halfRoundedDown(disputeBond);
        creditOf[dispute.provider] += compensation;
        burnable += disputeBond - compensation;
    }

    /// @dev Starts the time of an unstake anew.
    function _end(Dispute storage dispute, Status status) private {
        dispute.status = status;
        Stake storage stake_ = _stakes[dispute.provider];
        stake_.openDisputes -= 1;
        // forge-lint: disable-next-line(unsafe-typecast): fits for 34,000 years
        if (stake_.leaving != 0) stake_.leavesAt = uint40(block.timestamp + UNSTAKE_DELAY);
    }

    function _slashAll(Lane calldata lane, bytes32 jobHash, uint256 chargedPico) private {
        require(!jobSlashed[jobHash], AlreadySlashed(jobHash));
        uint256 all = _stakes[lane.provider].amount;
        require(all != 0, NothingAtStake(lane.provider));

        jobSlashed[jobHash] = true;
        uint256 refund = StakeMath.picoToMicroRoundedDown(chargedPico);
        _slash(Slash(lane.provider, jobHash, msg.sender, lane.payer, all, refund));
    }

    /// @dev Takes what is there, at most `most`, and credits it. Returns the refund.
    function _slash(Slash memory slash) private returns (uint256 refund) {
        Stake storage stake_ = _stakes[slash.provider];
        uint256 slashed = StakeMath.min(slash.most, stake_.amount);
        // forge-lint: disable-next-line(unsafe-typecast): a stake, less something
        uint96 left = uint96(stake_.amount - slashed);
        stake_.amount = left;
        // What is no longer there cannot leave.
        if (stake_.leaving > left) stake_.leaving = left;

        uint256 reward;
        uint256 burned;
        (refund, reward, burned) = StakeMath.split(slashed, slash.refundWanted);
        creditOf[slash.requester] += refund;
        creditOf[slash.challenger] += reward;
        burnable += burned;
        emit Slashed(slash.provider, slash.jobHash, slash.challenger, slashed, refund, reward, burned);
    }
}
