// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {MockUSDC} from "../../contracts/mocks/MockUSDC.sol";

/// @notice Delivers another amount than it was asked for, and says nothing.
contract CrookedToken is MockUSDC {
    int256 public skew; // micro-USDC that arrive above (or, negative, below) the amount

    function setSkew(int256 skew_) external {
        skew = skew_;
    }

    function _transfer(address from, address to, uint256 value) internal override {
        super._transfer(from, to, uint256(int256(value) + skew));
    }
}

/// @notice Calls someone back after each transfer, as tokens with hooks do, and remembers what came of it.
contract HookedToken is MockUSDC {
    address public callee;
    bytes public data;
    bool public early; // call before the transfer
    bool public skipTransfer;
    bool public succeeded;
    bytes public answer;

    function hook(address callee_, bytes calldata data_) external {
        (callee, data) = (callee_, data_);
        delete answer;
        succeeded = false;
    }

    function setEarly(bool early_) external {
        early = early_;
    }

    function setSkipTransfer(bool skip) external {
        skipTransfer = skip;
    }

    /// @notice The token may have an account of its own with whom it calls back.
    function callAs(address to, bytes calldata call) external returns (bytes memory) {
        return Address.functionCall(to, call);
    }

    function _transfer(address from, address to, uint256 value) internal override {
        if (!early && !skipTransfer) super._transfer(from, to, value);
        if (callee != address(0)) (succeeded, answer) = callee.call(data);
        if (early && !skipTransfer) super._transfer(from, to, value);
    }
}
