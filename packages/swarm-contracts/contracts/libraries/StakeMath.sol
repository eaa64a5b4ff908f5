// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ChunkReceipt, Job, Quote} from "../SwarmTypes.sol";

/// @title What may be charged, and how a slash is parted
/// @dev Nothing overflows: counts are below 2^32 and prices below 2^64, so three products add up to less than 2^98.
library StakeMath {
    uint256 internal constant PICO_PER_MICRO = 1e6;

    /// @notice The most that `receipt` may charge, in pico-USDC: prices times counts, exact, or job.maxCharge if less.
    function allowedPico(Quote calldata quote, Job calldata job, ChunkReceipt calldata receipt)
        internal
        pure
        returns (uint256)
    {
        uint256 priced = uint256(receipt.inTokens) * quote.inPico + uint256(receipt.cachedTokens) * quote.cachedPico
            + uint256(receipt.outTokens) * quote.outPico;
        return min(priced, job.maxCharge);
    }

    function picoToMicroRoundedDown(uint256 pico) internal pure returns (uint256) {
        return pico / PICO_PER_MICRO;
    }

    /// @notice Part `slashed`: half is burned, rounded up; the other half refunds first, what is left of it rewards.
    /// @dev refund + reward + burned = slashed. Half and no less is burned because papers that name the requester and
    /// its loss may be the provider's own: it could slash itself, be refunded in full through a friend, and so leave
    /// early for nothing.
    function split(uint256 slashed, uint256 refundWanted)
        internal
        pure
        returns (uint256 refund, uint256 reward, uint256 burned)
    {
        uint256 paid = halfRoundedDown(slashed);
        refund = min(refundWanted, paid);
        reward = paid - refund;
        burned = slashed - paid;
    }

    function halfRoundedDown(uint256 amount) internal pure returns (uint256) {
        return amount / 2;
    }

    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }
}
