// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @title Transfer with authorization (EIP-3009): the owner signs, anyone pays the gas
/// @notice Only what SwarmLanes calls, in the form with a split signature. The EIP-712 domain is the token's own;
/// its name differs between deployments of USDC, so read `name()` and `version()` from the chain.
interface IERC3009 {
    /// @notice Moves `value` from `from` to `to`, on a ReceiveWithAuthorization signature of `from`.
    /// @dev Only `to` may call, so a signature seen in the mempool cannot be spent outside of the contract's own
    /// bookkeeping. Reverts when the signature is bad, the time is not strictly between the two bounds, or the nonce
    /// was used or cancelled; USDC also when it is paused or either side is blacklisted.
    /// @param validAfter Unix seconds; good from the second after.
    /// @param validBefore Unix seconds; good until the second before.
    /// @param nonce Any 32 bytes that `from` has not used.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;
}
