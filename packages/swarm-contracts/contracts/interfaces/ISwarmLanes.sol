// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Lane, Signature} from "../SwarmTypes.sol";

/// @title Lanes: one deposit, many providers, vouchers that only grow
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

    /// @notice Why a row of a batch was skipped.
    enum Skip {
        UnknownLane,
        Closed,
        NothingNew,
        AboveFunding,
        BadSignature
    }

    event Deposited(address indexed payer, uint256 amount);
    event LaneOpened(
        bytes32 indexed laneId,
        address indexed payer,
        address indexed provider,
        address signer,
        uint32 closeWindow,
        uint64 nonce,
        uint256 funded
    );
    event LaneToppedUp(bytes32 indexed laneId, uint256 funded);
    event Claimed(
        bytes32 indexed laneId, address indexed provider, uint256 cumulative, uint256 amount, bytes32 ledgerHead
    );
    event ClaimSkipped(uint256 indexed row, bytes32 indexed laneId, Skip reason);
    event Closing(bytes32 indexed laneId, uint256 closesAt);
    event LaneClosed(bytes32 indexed laneId, uint256 returned);
    event DepositWithdrawn(address indexed payer, address indexed to, uint256 amount);
    event EarningsWithdrawn(address indexed provider, address indexed to, uint256 amount);

    error ZeroAddress(string what);
    error ZeroAmount();
    error AmountTooLarge(uint256 amount, uint256 most);
    error InsufficientDeposit(address payer, uint256 free, uint256 wanted);
    error InsufficientEarnings(address provider, uint256 earned, uint256 wanted);
    error CloseWindowOutOfRange(uint256 closeWindow, uint256 least, uint256 most);
    error NotPayer(bytes32 laneId, address caller);
    error NotProvider(bytes32 laneId, address caller);
    error LaneNotOpen(bytes32 laneId);
    error LaneNotClosing(bytes32 laneId);
    error CloseNotOver(bytes32 laneId, uint256 closesAt);
    error UnexpectedTransfer(uint256 received, uint256 expected);

    function deposit(address payer, uint256 amount) external;
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
    function openLane(address provider, address signer, uint32 closeWindow, uint256 amount)
        external
        returns (bytes32 laneId);
    function topUp(Lane calldata lane, uint256 amount) external;
    function claim(Claim[] calldata claims) external returns (uint256 credited);
    function startClose(Lane calldata lane) external;
    function finishClose(Lane calldata lane) external;
    function releaseLane(Lane calldata lane) external;
    function withdrawDeposit(address to, uint256 amount) external;
    function withdrawEarnings(address to, uint256 amount) external;

    function usdc() external view returns (address);
    function accountOf(address payer) external view returns (uint256 free, uint64 lanesOpened);
    function earningsOf(address provider) external view returns (uint256);
    function laneState(bytes32 laneId) external view returns (LaneState memory);
    function laneIdOf(Lane calldata lane) external pure returns (bytes32);
    function voucherDigest(bytes32 laneId, uint128 cumulative, bytes32 ledgerHead) external view returns (bytes32);
}
