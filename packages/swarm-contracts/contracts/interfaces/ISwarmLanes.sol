// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Lane, Signature} from "../SwarmTypes.sol";

/// @title Lanes: one deposit, many providers, vouchers that only grow
/// @notice A payer deposits USDC once and splits it into lanes, one for each provider; opening moves no tokens. For
/// each lane a hot key, the lane signer, signs vouchers off chain: what is owed in all since the lane opened. The
/// provider claims the last one when it likes. What was not claimed goes back when the lane is closed.
///
/// Every amount is in micro-USDC, the token's own unit. Nothing is divided, so nothing is rounded here: what a
/// voucher promises was rounded down when it was signed. Every time is in unix seconds, of the block.
///
/// What this contract cannot do: tell whether work was done (recourse is ProviderStake); undo a voucher once signed;
/// accept signatures of contracts (EIP-1271), the lane signer must be a plain key; give back USDC that was sent by
/// `transfer` instead of `deposit`; pay anything while Circle has paused USDC or blacklisted this contract itself, which
/// nothing on our side can mend. A blacklisted provider or payer withdraws to any address that is not blacklisted:
/// USDC checks the two ends of a transfer, which are this contract and the recipient, not who asked for it.
interface ISwarmLanes {
    /// @notice A voucher as it is claimed: the lane's terms, what was signed, and the signature.
    struct Claim {
        Lane lane;
        uint128 cumulative;
        bytes32 ledgerHead;
        Signature signature;
    }

    /// @notice What is stored of a lane, in one slot.
    struct LaneState {
        uint104 funded; // micro-USDC set aside, claimed part included
        uint104 claimed; // micro-USDC credited to the provider
        uint48 closesAt; // 0 open; unix seconds when a close may finish; max: closed
    }

    /// @notice Why a row of a batch was skipped. Checked in this order.
    enum Skip {
        UnknownLane, // no lane has these terms: perhaps one of them was mistyped
        Closed, // too late
        NothingNew, // claimed already, or a later voucher was
        AboveFunding, // skipped whole, not cut: the payer has promised more than the lane holds
        BadSignature // not by this lane's signer over these values, for this contract on this chain
    }

    /// @notice `payer` has `amount` more to put into lanes.
    event Deposited(address indexed payer, uint256 amount);
    /// @notice Carries all terms: from this event alone a provider can rebuild the Lane.
    event LaneOpened(
        bytes32 indexed laneId,
        address indexed payer,
        address indexed provider,
        address signer,
        uint32 closeWindow,
        uint64 nonce,
        uint256 funded
    );
    /// @param funded In all, not what was added.
    event LaneToppedUp(bytes32 indexed laneId, uint256 funded);
    /// @param cumulative In all since the lane opened.
    /// @param amount What this claim added.
    event Claimed(
        bytes32 indexed laneId, address indexed provider, uint256 cumulative, uint256 amount, bytes32 ledgerHead
    );
    /// @param row Position in the batch, from 0.
    event ClaimSkipped(uint256 indexed row, bytes32 indexed laneId, Skip reason);
    /// @notice Providers: stop serving this lane and claim before `closesAt`.
    event Closing(bytes32 indexed laneId, uint256 closesAt);
    /// @param returned What went back to the payer's free deposit.
    event LaneClosed(bytes32 indexed laneId, uint256 returned);
    event DepositWithdrawn(address indexed payer, address indexed to, uint256 amount);
    event EarningsWithdrawn(address indexed provider, address indexed to, uint256 amount);

    /// @notice The argument called `what` is the zero address.
    error ZeroAddress(string what);
    /// @notice USDC sent to this contract or to the token itself would be lost.
    error InvalidRecipient(address to);
    /// @notice An amount of 0 does nothing, so it is taken for a mistake.
    error ZeroAmount();
    /// @notice More than fits beside what is there; 2^104 micro-USDC are 10^13 times all USDC that exists.
    error AmountTooLarge(uint256 amount, uint256 most);
    /// @notice The payer has only `free` that is in no lane. Deposit more, or close a lane.
    error InsufficientDeposit(address payer, uint256 free, uint256 wanted);
    /// @notice The provider has only `earned` that it has claimed and not withdrawn.
    error InsufficientEarnings(address provider, uint256 earned, uint256 wanted);
    /// @notice A window below `least` seconds leaves a provider no time to claim; one above `most` holds the payer's
    /// money hostage.
    error CloseWindowOutOfRange(uint256 closeWindow, uint256 least, uint256 most);
    /// @notice Only the payer named in the lane's terms may do this. Neither its lane signer nor its provider.
    error NotPayer(bytes32 laneId, address caller);
    /// @notice Only the provider named in the lane's terms may do this.
    error NotProvider(bytes32 laneId, address caller);
    /// @notice No lane has these terms, or it is closed, or (unless it is released) closing.
    error LaneNotOpen(bytes32 laneId);
    /// @notice No close was started, or the lane is closed already.
    error LaneNotClosing(bytes32 laneId);
    /// @notice The provider may still claim: come back at `closesAt`.
    error CloseNotOver(bytes32 laneId, uint256 closesAt);
    /// @notice The token moved another amount than was asked: it takes fees, or is no honest USDC.
    error UnexpectedTransfer(uint256 received, uint256 expected);

    /// @notice Pulls `amount` from the caller, who has approved it, and credits it to `payer`.
    /// @dev Anyone may call, for any payer: it is a gift to that payer. Reverts: ZeroAddress("payer"), ZeroAmount,
    /// AmountTooLarge, UnexpectedTransfer, and with the token's own error when allowance or balance do not suffice,
    /// it is paused, or the caller or this contract is blacklisted.
    function deposit(address payer, uint256 amount) external;

    /// @notice The same on an EIP-3009 ReceiveWithAuthorization signature of `payer`, to this contract.
    /// @dev Anyone may send it, and whoever does, `payer` is credited: nothing is won by front-running it; the second
    /// to come reverts with the token's "used". Reverts as `deposit`, and with the token's own error when the
    /// signature is bad or now is not strictly between `validAfter` and `validBefore`.
    function depositWithAuthorization(
        address payer,
        uint256 amount,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice Sets `amount` of the caller's free deposit aside for `provider`. No tokens move.
    /// @dev The caller becomes the payer. The nonce is `lanesOpened` before the call, so two lanes with the same terms
    /// are two lanes. Reverts: ZeroAddress("provider" or "signer"), CloseWindowOutOfRange, AmountTooLarge, ZeroAmount,
    /// InsufficientDeposit.
    /// @param signer Signs vouchers and jobs. A hot key: it can spend this lane on this provider, and nothing else.
    /// @param closeWindow Seconds that the provider has to claim once a close has started.
    /// @return laneId keccak256(abi.encode(Lane)). Providers: trust it at as many confirmations as the amount is worth.
    function openLane(address provider, address signer, uint32 closeWindow, uint256 amount)
        external
        returns (bytes32 laneId);

    /// @notice Adds `amount` of the payer's free deposit to an open lane.
    /// @dev Only the payer. Reverts: NotPayer, LaneNotOpen (closing included), AmountTooLarge, ZeroAmount,
    /// InsufficientDeposit.
    function topUp(Lane calldata lane, uint256 amount) external;

    /// @notice Credits each lane's provider with what its voucher adds to what was claimed before. No tokens move.
    /// @dev Anyone may send it, and whoever does, the provider is credited: front-running it, whole or in part, with
    /// the same vouchers or earlier ones, only pays the provider's gas. Good until a close is finished, even after
    /// `closesAt`. A row that is not good is skipped with ClaimSkipped and hurts no other. Reverts only when the batch
    /// is not well-formed ABI or runs out of gas (about 20,000 a row); then nothing has changed, so send a smaller one.
    /// The same lane may come more than once: each row counts from the one before.
    /// @return credited Over all rows.
    function claim(Claim[] calldata claims) external returns (uint256 credited);

    /// @notice Starts the close window. It cannot be called off; work on by opening another lane.
    /// @dev Only the payer. Reverts: NotPayer, LaneNotOpen (closing included: the window cannot be restarted).
    function startClose(Lane calldata lane) external;

    /// @notice Ends a lane whose window is over; what was not claimed is free deposit of the payer again.
    /// @dev Anyone, from the second `closesAt` on. Reverts: LaneNotClosing, CloseNotOver.
    function finishClose(Lane calldata lane) external;

    /// @notice Ends a lane at once, in the payer's favour: what the provider has not claimed, it gives up.
    /// @dev Only the provider, on an open or closing lane. Reverts: NotProvider, LaneNotOpen.
    function releaseLane(Lane calldata lane) external;

    /// @notice Pays `amount` of the caller's free deposit out to `to`.
    /// @dev Anyone with a deposit. Reverts: ZeroAddress("to"), InvalidRecipient, AmountTooLarge, ZeroAmount,
    /// InsufficientDeposit, and with the token's own error when it is paused, or `to` or this contract is blacklisted: nothing is lost then, try
    /// another address or later.
    function withdrawDeposit(address to, uint256 amount) external;

    /// @notice Pays `amount` of the caller's earnings out to `to`.
    /// @dev Anyone with earnings. Reverts: ZeroAddress("to"), InvalidRecipient, ZeroAmount, InsufficientEarnings, and
    /// with the token's own error as `withdrawDeposit`.
    function withdrawEarnings(address to, uint256 amount) external;

    /// @notice The one token that all of this is about; fixed for ever.
    function usdc() external view returns (address);

    /// @notice Least seconds of a lane's close window, included.
    function LEAST_CLOSE_WINDOW() external view returns (uint256);

    /// @notice Most seconds of a lane's close window, included.
    function MOST_CLOSE_WINDOW() external view returns (uint256);

    /// @return free What `payer` may put into lanes or withdraw.
    /// @return lanesOpened How many lanes it has opened: the nonce of its next one.
    function accountOf(address payer) external view returns (uint256 free, uint64 lanesOpened);

    /// @notice What `provider` has claimed and not withdrawn, over all its lanes.
    function earningsOf(address provider) external view returns (uint256);

    /// @notice All zero for a lane that never was. Of a closed lane, `funded` is what it paid in all, as `claimed`.
    function laneState(bytes32 laneId) external view returns (LaneState memory);

    /// @notice The id of a lane with these terms, whether it exists or not.
    function laneIdOf(Lane calldata lane) external pure returns (bytes32);

    /// @notice What the lane signer signs: the EIP-712 digest of a Voucher, for this contract on this chain.
    function voucherDigest(bytes32 laneId, uint128 cumulative, bytes32 ledgerHead) external view returns (bytes32);
}
