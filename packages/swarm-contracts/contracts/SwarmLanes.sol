// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IERC3009} from "./interfaces/IERC3009.sol";
import {ISwarmLanes} from "./interfaces/ISwarmLanes.sol";
import {SwarmHashes} from "./libraries/SwarmHashes.sol";
import {Lane, Signature} from "./SwarmTypes.sol";

/// @title Lanes: one deposit, many providers, vouchers that only grow
/// @notice What each function does, and what can go wrong, stands in ISwarmLanes. No owner, no upgrade, no fee.
/// @dev Every micro-USDC is in one of three places, and only these moves exist:
///
///     deposit        openLane, topUp           claim            withdrawEarnings
///   USDC ----> free ----------------> lane ------------> earnings ---------> USDC
///               |  <----------------
///               |    finishClose, releaseLane
///               +-> withdrawDeposit -> USDC
///
/// A lane: none -> open -> closing -> closed; releaseLane goes from open or closing to closed. Never back.
///
/// Storage, one slot (256 bits) per key; the terms of a lane are not stored, they come in calldata:
///   slot 0, 1  EIP712: name and version, unused, as both fit into bytecode
///   slot 2     _accounts[payer]    | free 192 | lanesOpened 64 |
///   slot 3     _earnings[provider] | 256 |
///   slot 4     _lanes[laneId]      | funded 104 | claimed 104 | closesAt 48 |
/// Transient: the reentrancy guard of whatever touches the token.
///
/// Nothing is divided here, so nothing is rounded.
contract SwarmLanes is ISwarmLanes, EIP712, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice What is stored of a payer, in one slot.
    struct Account {
        uint192 free; // micro-USDC in no lane
        uint64 lanesOpened; // the nonce of the next lane
    }

    /// @inheritdoc ISwarmLanes
    uint256 public constant LEAST_CLOSE_WINDOW = 1 hours;
    /// @inheritdoc ISwarmLanes
    uint256 public constant MOST_CLOSE_WINDOW = 30 days;
    /// @dev The value of `closesAt` once a lane is closed.
    uint48 private constant CLOSED = type(uint48).max;

    /// @inheritdoc ISwarmLanes
    address public immutable usdc;

    mapping(address payer => Account) private _accounts;
    mapping(address provider => uint256) private _earnings;
    mapping(bytes32 laneId => LaneState) private _lanes;

    constructor(address usdc_) EIP712("Unhosted SwarmLanes", "1") {
        require(usdc_ != address(0), ZeroAddress("usdc"));
        usdc = usdc_;
    }

    // Money in

    /// @inheritdoc ISwarmLanes
    function deposit(address payer, uint256 amount) external nonReentrant {
        uint256 balanceBefore = _credit(payer, amount);
        IERC20(usdc).safeTransferFrom(msg.sender, address(this), amount);
        _requireReceived(balanceBefore, amount);
    }

    /// @inheritdoc ISwarmLanes
    function depositWithAuthorization(
        address payer,
        uint256 amount,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        uint256 balanceBefore = _credit(payer, amount);
        IERC3009(usdc).receiveWithAuthorization(payer, address(this), amount, validAfter, validBefore, nonce, v, r, s);
        _requireReceived(balanceBefore, amount);
    }

    // Lanes

    /// @inheritdoc ISwarmLanes
    function openLane(address provider, address signer, uint32 closeWindow, uint256 amount)
        external
        returns (bytes32 laneId)
    {
        require(provider != address(0), ZeroAddress("provider"));
        require(signer != address(0), ZeroAddress("signer"));
        require(
            closeWindow >= LEAST_CLOSE_WINDOW && closeWindow <= MOST_CLOSE_WINDOW,
            CloseWindowOutOfRange(closeWindow, LEAST_CLOSE_WINDOW, MOST_CLOSE_WINDOW)
        );
        uint104 funded = _fit(amount, type(uint104).max);
        _debit(msg.sender, funded);

        uint64 nonce = _accounts[msg.sender].lanesOpened++;
        laneId = keccak256(abi.encode(Lane(msg.sender, provider, signer, closeWindow, nonce)));
        _lanes[laneId].funded = funded;
        emit LaneOpened(laneId, msg.sender, provider, signer, closeWindow, nonce, funded);
    }

    /// @inheritdoc ISwarmLanes
    function topUp(Lane calldata lane, uint256 amount) external {
        (bytes32 laneId, LaneState storage state) = _openLaneOfCaller(lane);
        uint104 added = _fit(amount, type(uint104).max - state.funded);
        _debit(msg.sender, added);

        state.funded += added;
        emit LaneToppedUp(laneId, state.funded);
    }

    /// @inheritdoc ISwarmLanes
    function claim(Claim[] calldata claims) external returns (uint256 credited) {
        for (uint256 row; row < claims.length; ++row) {
            Claim calldata voucher = claims[row];
            bytes32 laneId = SwarmHashes.laneId(voucher.lane);
            LaneState storage state = _lanes[laneId];
            (bool good, Skip reason) = _check(laneId, state, voucher);
            if (!good) {
                emit ClaimSkipped(row, laneId, reason);
                continue;
            }
            uint256 amount = voucher.cumulative - state.claimed;
            // forge-lint: disable-next-line(unsafe-typecast): at most `funded`
            state.claimed = uint104(voucher.cumulative);
            _earnings[voucher.lane.provider] += amount;
            credited += amount;
            emit Claimed(laneId, voucher.lane.provider, voucher.cumulative, amount, voucher.ledgerHead);
        }
    }

    /// @inheritdoc ISwarmLanes
    function startClose(Lane calldata lane) external {
        (bytes32 laneId, LaneState storage state) = _openLaneOfCaller(lane);
        // forge-lint: disable-next-line(unsafe-typecast): fits for eight million years
        state.closesAt = uint48(block.timestamp + lane.closeWindow);
        emit Closing(laneId, state.closesAt);
    }

    /// @inheritdoc ISwarmLanes
    function finishClose(Lane calldata lane) external {
        bytes32 laneId = SwarmHashes.laneId(lane);
        uint48 closesAt = _lanes[laneId].closesAt;
        require(closesAt != 0 && closesAt != CLOSED, LaneNotClosing(laneId));
        require(block.timestamp >= closesAt, CloseNotOver(laneId, closesAt));
        _close(laneId, lane.payer);
    }

    /// @inheritdoc ISwarmLanes
    function releaseLane(Lane calldata lane) external {
        bytes32 laneId = SwarmHashes.laneId(lane);
        require(msg.sender == lane.provider, NotProvider(laneId, msg.sender));
        LaneState memory state = _lanes[laneId];
        require(state.closesAt != CLOSED && _exists(state), LaneNotOpen(laneId));
        _close(laneId, lane.payer);
    }

    // Money out

    /// @inheritdoc ISwarmLanes
    function withdrawDeposit(address to, uint256 amount) external nonReentrant {
        _requireRecipient(to);
        _debit(msg.sender, _fit(amount, type(uint104).max));
        emit DepositWithdrawn(msg.sender, to, amount);
        IERC20(usdc).safeTransfer(to, amount);
    }

    /// @inheritdoc ISwarmLanes
    function withdrawEarnings(address to, uint256 amount) external nonReentrant {
        _requireRecipient(to);
        require(amount != 0, ZeroAmount());
        uint256 earned = _earnings[msg.sender];
        require(amount <= earned, InsufficientEarnings(msg.sender, earned, amount));
        _earnings[msg.sender] = earned - amount;
        emit EarningsWithdrawn(msg.sender, to, amount);
        IERC20(usdc).safeTransfer(to, amount);
    }

    // Views

    /// @inheritdoc ISwarmLanes
    function accountOf(address payer) external view returns (uint256 free, uint64 lanesOpened) {
        Account memory account = _accounts[payer];
        return (account.free, account.lanesOpened);
    }

    /// @inheritdoc ISwarmLanes
    function earningsOf(address provider) external view returns (uint256) {
        return _earnings[provider];
    }

    /// @inheritdoc ISwarmLanes
    function laneState(bytes32 laneId) external view returns (LaneState memory) {
        return _lanes[laneId];
    }

    /// @inheritdoc ISwarmLanes
    function laneIdOf(Lane calldata lane) external pure returns (bytes32) {
        return SwarmHashes.laneId(lane);
    }

    /// @inheritdoc ISwarmLanes
    function voucherDigest(bytes32 laneId, uint128 cumulative, bytes32 ledgerHead) public view returns (bytes32) {
        return _hashTypedDataV4(SwarmHashes.hash(laneId, cumulative, ledgerHead));
    }

    // Private parts, in the order of their use

    /// @dev Books a deposit before its tokens move. Returns the balance that they will be counted from.
    function _credit(address payer, uint256 amount) private returns (uint256 balanceBefore) {
        require(payer != address(0), ZeroAddress("payer"));
        require(amount != 0, ZeroAmount());
        // Cannot overflow in practice: 2^88 deposits of the largest size would have to come first.
        _accounts[payer].free += _fit(amount, type(uint104).max);
        emit Deposited(payer, amount);
        return IERC20(usdc).balanceOf(address(this));
    }

    /// @dev A token that takes a fee, or lies about a transfer, would leave us owing what we do not hold.
    function _requireReceived(uint256 balanceBefore, uint256 amount) private view {
        uint256 received = IERC20(usdc).balanceOf(address(this)) - balanceBefore;
        require(received == amount, UnexpectedTransfer(received, amount));
    }

    function _fit(uint256 amount, uint104 most) private pure returns (uint104) {
        require(amount <= most, AmountTooLarge(amount, most));
        // forge-lint: disable-next-line(unsafe-typecast): just checked
        return uint104(amount);
    }

    function _debit(address payer, uint104 amount) private {
        require(amount != 0, ZeroAmount());
        uint192 free = _accounts[payer].free;
        require(amount <= free, InsufficientDeposit(payer, free, amount));
        _accounts[payer].free = free - amount;
    }

    function _openLaneOfCaller(Lane calldata lane) private view returns (bytes32 laneId, LaneState storage state) {
        laneId = SwarmHashes.laneId(lane);
        require(msg.sender == lane.payer, NotPayer(laneId, msg.sender));
        state = _lanes[laneId];
        require(state.closesAt == 0 && _exists(state), LaneNotOpen(laneId));
    }

    /// @dev Opening with nothing is refused, so the slot of a lane that exists is never 0: only a closed one has
    /// nothing funded, and its `closesAt` is not 0.
    function _exists(LaneState memory state) private pure returns (bool) {
        return state.funded != 0 || state.closesAt != 0;
    }

    /// @dev The cheap checks come first; a closing lane still pays.
    function _check(bytes32 laneId, LaneState memory state, Claim calldata voucher)
        private
        view
        returns (bool good, Skip reason)
    {
        if (!_exists(state)) return (false, Skip.UnknownLane);
        if (state.closesAt == CLOSED) return (false, Skip.Closed);
        if (voucher.cumulative <= state.claimed) return (false, Skip.NothingNew);
        if (voucher.cumulative > state.funded) return (false, Skip.AboveFunding);
        Signature calldata signature = voucher.signature;
        (address signer,,) =
            ECDSA.tryRecover(voucherDigest(laneId, voucher.cumulative, voucher.ledgerHead), signature.r, signature.vs);
        // A signature that fails gives the zero address, and no lane has that for its signer.
        return (signer == voucher.lane.signer, Skip.BadSignature);
    }

    /// @dev What was not claimed goes back; `funded` keeps what the lane paid in all.
    function _close(bytes32 laneId, address payer) private {
        LaneState storage state = _lanes[laneId];
        uint104 claimed = state.claimed;
        uint104 returned = state.funded - claimed;
        state.funded = claimed;
        state.closesAt = CLOSED;
        _accounts[payer].free += returned;
        emit LaneClosed(laneId, returned);
    }

    /// @dev The two addresses that people paste by mistake, and from which this contract could never come back.
    function _requireRecipient(address to) private view {
        require(to != address(0), ZeroAddress("to"));
        require(to != address(this) && to != usdc, InvalidRecipient(to));
    }
}
