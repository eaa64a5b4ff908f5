// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ISwarmLanes} from "../contracts/interfaces/ISwarmLanes.sol";
import {Lane} from "../contracts/SwarmTypes.sol";
import {Authorization} from "./support/Authorization.sol";
import {LanesFixture} from "./support/LanesFixture.sol";

/// @notice What a transaction costs its sender, before refunds: snapshots/SwarmLanes.json.
/// @dev `isolate` runs each call as a transaction of its own, so the figures hold the 21,000 of a transaction and its
/// calldata, and storage is cold at its start. Signatures and addresses have few zero bytes, as real ones.
/// forge-config: default.isolate = true
contract SwarmLanesGasTest is LanesFixture, Authorization {
    function test_depositByAuthorization() external {
        usdc.mint(payer.account, 100 * USD);
        // The dearest case: the first deposit of all, by a payer new to the contract.
        Terms memory t = terms(payer.account, address(lanes), 50 * USD);
        depositByAuthorization(t);
        record("deposit by EIP-3009, first of all", 120_000);
        t.nonce = keccak256("another");
        depositByAuthorization(t);
        record("deposit by EIP-3009, again");
    }

    function test_depositByApproval() external {
        usdc.mint(payer.account, 100 * USD);
        vm.prank(payer.account);
        usdc.approve(address(lanes), 100 * USD);
        vm.prank(payer.account);
        lanes.deposit(payer.account, 50 * USD);
        record("deposit by approval, first of all");
    }

    function test_open() external {
        deposit(payer.account, 10 * USD);
        vm.prank(payer.account);
        lanes.openLane(provider, signer.account, WINDOW, USD);
        record("open", 125_000);
        vm.prank(payer.account);
        lanes.openLane(provider, signer.account, WINDOW, USD);
        record("open, again");
        Lane memory lane = Lane(payer.account, provider, signer.account, WINDOW, 0);
        vm.prank(payer.account);
        lanes.topUp(lane, USD);
        record("top up");
    }

    function test_claim() external {
        (Lane memory lane,) = openLane(10 * USD);
        claim(lane, 420_000);
        record("claim, first of this provider", 66_000);
        claim(lane, 840_000);
        record("claim, repeated", 48_000);
        claim(lane, 840_000);
        record("claim, skipped");
    }

    function test_claimTen() external {
        ISwarmLanes.Claim[] memory claims = new ISwarmLanes.Claim[](10);
        for (uint256 i; i < 10; ++i) {
            (Lane memory lane,) = openLane(USD);
            claims[i] = voucher(lane, uint128(420_000 + i));
        }
        lanes.claim(claims);
        record("claim of 10 lanes, first of this provider", 235_000);
    }

    function test_close() external {
        (Lane memory lane,) = openLane(USD);
        claim(lane, 420_000);
        startClose(lane);
        record("start close");
        vm.warp(block.timestamp + WINDOW);
        lanes.finishClose(lane);
        record("finish close");
        (lane,) = openLane(USD);
        release(lane);
        record("release");
    }

    function test_withdraw() external {
        (Lane memory lane,) = openLane(USD);
        claim(lane, 420_000);
        deposit(payer.account, USD);
        vm.prank(provider);
        lanes.withdrawEarnings(provider, 420_000);
        record("withdraw all earnings, to a new holder");
        vm.prank(payer.account);
        lanes.withdrawDeposit(payer.account, USD);
        record("withdraw all deposit, to a new holder");
    }

    function depositByAuthorization(Terms memory t) private {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(payer.secret, authorizationDigest(address(usdc), "Receive", t));
        lanes.depositWithAuthorization(t.from, t.value, t.validAfter, t.validBefore, t.nonce, v, r, s);
    }

    function record(string memory name) private {
        vm.snapshotValue("SwarmLanes", name, vm.lastCallGas().gasTotalUsed);
    }

    function record(string memory name, uint256 most) private {
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("SwarmLanes", name, gas);
        vm.assertLe(gas, most, name);
    }
}
