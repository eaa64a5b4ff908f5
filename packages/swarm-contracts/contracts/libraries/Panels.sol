// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IProviderStake} from "../interfaces/IProviderStake.sol";
import {Panel, Signature} from "../SwarmTypes.sol";

/// @title Who may judge, and whether enough of them did
library Panels {
    /// @dev Bounds the work of `requireQuorum`: each signature is looked up among the seats.
    uint256 internal constant MAX_ARBITERS = 15;

    function requireSound(Panel calldata panel) internal pure {
        uint256 arbiters = panel.arbiters.length;
        require(
            panel.threshold >= 1 && panel.threshold <= arbiters && arbiters <= MAX_ARBITERS,
            IProviderStake.InvalidPanel(arbiters, panel.threshold, MAX_ARBITERS)
        );
    }

    /// @notice Every signature must be of another arbiter, and there must be `threshold` or more.
    function requireQuorum(Panel calldata panel, bytes32 digest, Signature[] calldata signatures) internal pure {
        require(
            signatures.length >= panel.threshold, IProviderStake.TooFewSignatures(signatures.length, panel.threshold)
        );
        uint256 signed; // one bit for each seat
        for (uint256 i; i < signatures.length; ++i) {
            address signer = ECDSA.recover(digest, signatures[i].r, signatures[i].vs);
            // forge-lint: disable-next-line(incorrect-shift): one bit, as meant
            uint256 seat = 1 << _seatOf(panel, signer);
            require(signed & seat == 0, IProviderStake.DuplicateArbiter(signer));
            signed |= seat;
        }
    }

    /// @dev The first seat of that address: an arbiter who is named twice counts once.
    function _seatOf(Panel calldata panel, address signer) private pure returns (uint256) {
        for (uint256 seat; seat < panel.arbiters.length; ++seat) {
            if (panel.arbiters[seat] == signer) return seat;
        }
        revert IProviderStake.NotAnArbiter(signer);
    }
}
