// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {MockUSDC} from "../../contracts/mocks/MockUSDC.sol";
import {Test} from "./Test.sol";

/// @notice EIP-3009 authorizations, signed here from the standard's text, not by the token's own functions.
abstract contract Authorization is Test {
    struct Terms {
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
    }

    string private constant FIELDS =
        "WithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)";

    function domainSeparator(address token) internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("USD Coin"),
                keccak256("2"),
                block.chainid,
                token
            )
        );
    }

    function typedDigest(address token, bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domainSeparator(token), structHash));
    }

    /// @param kind "Transfer" or "Receive"
    function authorizationDigest(address token, string memory kind, Terms memory signed)
        internal
        view
        returns (bytes32)
    {
        return typedDigest(token, keccak256(abi.encode(keccak256(abi.encodePacked(kind, FIELDS)), signed)));
    }

    /// @notice Good now, for ever after, and once.
    function terms(address from, address to, uint256 value) internal pure returns (Terms memory) {
        return Terms(from, to, value, 0, type(uint256).max, keccak256("nonce"));
    }

    function joined(uint8 v, bytes32 r, bytes32 s) internal pure returns (bytes memory) {
        return abi.encodePacked(r, s, v);
    }
}
