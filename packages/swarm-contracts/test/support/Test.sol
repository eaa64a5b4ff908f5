// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Signature} from "../../contracts/SwarmTypes.sol";
import {Vm} from "./Vm.sol";

/// @notice What every test contract starts from: cheatcodes, assertions, keys, bounded random numbers.
abstract contract Test {
    /// Where forge answers cheatcodes: the address of keccak256("hevm cheat code").
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// Half the order of secp256k1: a valid `s` is at most this.
    uint256 internal constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
    uint256 internal constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    struct Key {
        address account;
        uint256 secret;
    }

    /// @notice The same name gives the same key.
    function key(string memory name) internal pure returns (Key memory made) {
        made.secret = uint256(keccak256(bytes(name))) % ORDER;
        made.account = vm.addr(made.secret);
    }

    function account(string memory name) internal pure returns (address) {
        return key(name).account;
    }

    function sign(Key memory by, bytes32 digest) internal pure returns (Signature memory signature) {
        (signature.r, signature.vs) = vm.signCompact(by.secret, digest);
    }

    /// @notice The twin of a signature, which ecrecover takes as well: s -> n - s, parity turned.
    function twin(uint8 v, bytes32 r, bytes32 s) internal pure returns (uint8, bytes32, bytes32) {
        return (v == 27 ? 28 : 27, r, bytes32(ORDER - uint256(s)));
    }

    /// @notice Maps any number into [least, most], both included; numbers already inside stay as they are.
    function bound(uint256 value, uint256 least, uint256 most) internal pure returns (uint256) {
        if (value >= least && value <= most) return value;
        return least + value % (most - least + 1);
    }

    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }
}

/// @notice For invariant tests: forge asks the test contract, by these names, what to call.
abstract contract InvariantTest is Test {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    address[] private _targets;
    FuzzSelector[] private _selectors;

    function targetContracts() public view returns (address[] memory) {
        return _targets;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory) {
        return _selectors;
    }

    /// @notice Calls these functions of `handler` in random order with random arguments, and nothing else.
    function target(address handler, bytes4[] memory selectors) internal {
        _targets.push(handler);
        _selectors.push(FuzzSelector(handler, selectors));
    }
}
