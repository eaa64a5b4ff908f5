// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ISwarmLanes} from "../contracts/interfaces/ISwarmLanes.sol";
import {Lane} from "../contracts/SwarmTypes.sol";
import {LanesFixture} from "./support/LanesFixture.sol";

/// @notice What holds for any amounts, terms, times and bytes.
contract SwarmLanesFuzzTest is LanesFixture {
    function testFuzz_moneyGoesThroughALaneUndiminished(uint256 deposited, uint256 funded, uint256 claimed, bool finish)
        external
    {
        deposited = bound(deposited, 1, type(uint104).max);
        funded = bound(funded, 1, deposited);
        claimed = bound(claimed, 1, funded);
        deposit(payer.account, deposited);
        vm.prank(payer.account);
        lanes.openLane(provider, signer.account, WINDOW, funded);
        Lane memory lane = Lane(payer.account, provider, signer.account, WINDOW, 0);
        vm.assertEq(claim(lane, uint128(claimed)), claimed, "credited");
        if (finish) {
            startClose(lane);
            vm.warp(block.timestamp + WINDOW);
            lanes.finishClose(lane);
        } else {
            release(lane);
        }
        vm.prank(provider);
        lanes.withdrawEarnings(provider, claimed);
        vm.assertEq(usdc.balanceOf(provider), claimed, "the provider has what was claimed");
        vm.assertEq(free(payer.account), deposited - claimed, "the payer has the rest");
        if (deposited > claimed) {
            vm.prank(payer.account);
            lanes.withdrawDeposit(payer.account, deposited - claimed);
        }
        vm.assertEq(usdc.balanceOf(address(lanes)), 0, "nothing stays behind");
    }

    /// @dev However often and in whatever order vouchers are claimed, the provider has the highest good one.
    function testFuzz_orderOfClaimsDoesNotMatter(uint64[8] memory cumulatives, uint64 funded) external {
        vm.assume(funded != 0);
        (Lane memory lane, bytes32 laneId) = openLane(funded);
        uint256 highest;
        ISwarmLanes.Claim[] memory claims = new ISwarmLanes.Claim[](8);
        for (uint256 i; i < 8; ++i) {
            claims[i] = voucher(lane, cumulatives[i]);
            if (cumulatives[i] <= funded && cumulatives[i] > highest) highest = cumulatives[i];
        }
        vm.assertEq(lanes.claim(claims), highest, "credited");
        vm.assertEq(lanes.laneState(laneId).claimed, highest, "claimed");
        vm.assertEq(lanes.claim(claims), 0, "once");
    }

    function testFuzz_onlyTheSignersSignatureIsGood(bytes32 r, bytes32 vs, uint256 secret) external {
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        ISwarmLanes.Claim memory forged = voucher(lane, 1);
        (forged.signature.r, forged.signature.vs) = (r, vs);
        vm.assertEq(lanes.claim(batch(forged)), 0, "random bytes");
        secret = bound(secret, 1, ORDER - 1);
        vm.assume(vm.addr(secret) != signer.account);
        forged.signature = sign(Key(vm.addr(secret), secret), lanes.voucherDigest(laneId, 1, HEAD));
        vm.assertEq(lanes.claim(batch(forged)), 0, "another key");
        vm.assertEq(claim(lane, 1), 1, "the signer's own");
    }

    /// @dev Any one bit of what was signed, turned.
    function testFuzz_aBitTurnedMakesItBad(uint8 bit, uint8 where) external {
        (Lane memory lane,) = openLane(USD);
        ISwarmLanes.Claim memory turned = voucher(lane, 500_000);
        bytes32 mask = bytes32(uint256(1) << bit);
        if (where % 4 == 0) turned.cumulative ^= uint128(1 << (bit % 128));
        if (where % 4 == 1) turned.ledgerHead ^= mask;
        if (where % 4 == 2) turned.signature.r ^= mask;
        if (where % 4 == 3) turned.signature.vs ^= mask;
        vm.assertEq(lanes.claim(batch(turned)), 0, "credited");
    }

    function testFuzz_closeEndsAtTheSecond(uint256 window, uint256 waited) external {
        uint32 closeWindow = uint32(bound(window, 1 hours, 30 days));
        waited = bound(waited, 0, 60 days);
        deposit(payer.account, USD);
        vm.prank(payer.account);
        bytes32 laneId = lanes.openLane(provider, signer.account, closeWindow, USD);
        Lane memory lane = Lane(payer.account, provider, signer.account, closeWindow, 0);
        startClose(lane);
        uint256 closesAt = vm.getBlockTimestamp() + closeWindow;
        vm.warp(vm.getBlockTimestamp() + waited);
        if (waited < closeWindow) {
            vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.CloseNotOver.selector, laneId, closesAt));
        }
        lanes.finishClose(lane);
        vm.assertEq(free(payer.account), waited < closeWindow ? 0 : USD, "returned");
    }

    /// @dev Lanes are told apart by a hash of their terms: whoever is not a party has no power over one.
    function testFuzz_strangersHaveNoPower(address who) external {
        vm.assume(who != payer.account && who != provider);
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        vm.startPrank(who);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.NotPayer.selector, laneId, who));
        lanes.topUp(lane, 1);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.NotPayer.selector, laneId, who));
        lanes.startClose(lane);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.NotProvider.selector, laneId, who));
        lanes.releaseLane(lane);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.LaneNotClosing.selector, laneId));
        lanes.finishClose(lane);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.InsufficientDeposit.selector, who, 0, 1));
        lanes.withdrawDeposit(stranger, 1);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.InsufficientEarnings.selector, who, 0, 1));
        lanes.withdrawEarnings(stranger, 1);
        vm.stopPrank();
    }
}
