// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ISwarmLanes} from "../contracts/interfaces/ISwarmLanes.sol";
import {Lane} from "../contracts/SwarmTypes.sol";
import {LanesFixture} from "./support/LanesFixture.sol";

/// @notice A lane's life: none, open, closing, closed; and each edge of its window.
contract SwarmLanesLifeTest is LanesFixture {
    uint256 private constant MOST = type(uint104).max;
    uint48 private constant CLOSED = type(uint48).max;

    // openLane

    function test_open_movesFreeDepositIntoTheLane_andNoTokens() external {
        deposit(payer.account, 5 * USD);
        Lane memory lane = Lane(payer.account, provider, signer.account, WINDOW, 0);
        bytes32 expected = keccak256(abi.encode(lane));
        vm.expectEmit(address(lanes));
        emit ISwarmLanes.LaneOpened(expected, payer.account, provider, signer.account, WINDOW, 0, 2 * USD);
        vm.prank(payer.account);
        bytes32 laneId = lanes.openLane(provider, signer.account, WINDOW, 2 * USD);
        vm.assertEq(laneId, expected, "id of the terms");
        vm.assertEq(lanes.laneIdOf(lane), expected, "the view agrees");
        vm.assertEq(free(payer.account), 3 * USD, "left");
        vm.assertEq(usdc.balanceOf(address(lanes)), 5 * USD, "no tokens moved");
        requireState(laneId, 2 * USD, 0, 0);
    }

    function test_open_givesEqualTermsAnotherLane() external {
        deposit(payer.account, 2 * USD);
        vm.startPrank(payer.account);
        bytes32 first = lanes.openLane(provider, signer.account, WINDOW, USD);
        bytes32 second = lanes.openLane(provider, signer.account, WINDOW, USD);
        vm.stopPrank();
        vm.assertNotEq(first, second, "ids");
        (, uint64 opened) = lanes.accountOf(payer.account);
        vm.assertEq(opened, 2, "counted");
        requireState(first, USD, 0, 0);
        requireState(second, USD, 0, 0);
    }

    function test_open_refusesMissingParties() external {
        deposit(payer.account, USD);
        vm.startPrank(payer.account);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.ZeroAddress.selector, "provider"));
        lanes.openLane(address(0), signer.account, WINDOW, USD);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.ZeroAddress.selector, "signer"));
        lanes.openLane(provider, address(0), WINDOW, USD);
        vm.stopPrank();
    }

    function test_open_takesWindowsFromOneHourToThirtyDays() external {
        deposit(payer.account, 2 * USD);
        vm.startPrank(payer.account);
        lanes.openLane(provider, signer.account, 1 hours, USD);
        lanes.openLane(provider, signer.account, 30 days, USD);
        uint32[4] memory wrong = [uint32(0), 1 hours - 1, 30 days + 1, type(uint32).max];
        for (uint256 i; i < wrong.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(ISwarmLanes.CloseWindowOutOfRange.selector, wrong[i], 1 hours, 30 days)
            );
            lanes.openLane(provider, signer.account, wrong[i], USD);
        }
        vm.stopPrank();
    }

    function test_open_refusesNothing_moreThanFree_andTooMuch() external {
        deposit(payer.account, USD);
        vm.startPrank(payer.account);
        vm.expectRevert(ISwarmLanes.ZeroAmount.selector);
        lanes.openLane(provider, signer.account, WINDOW, 0);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.InsufficientDeposit.selector, payer.account, USD, USD + 1));
        lanes.openLane(provider, signer.account, WINDOW, USD + 1);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.AmountTooLarge.selector, MOST + 1, MOST));
        lanes.openLane(provider, signer.account, WINDOW, MOST + 1);
        vm.stopPrank();
        (uint256 left, uint64 opened) = lanes.accountOf(payer.account);
        vm.assertEq(left, USD, "nothing was taken");
        vm.assertEq(opened, 0, "nothing was opened");
    }

    // topUp

    function test_topUp_addsToTheLane() external {
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        deposit(payer.account, 2 * USD);
        vm.expectEmit(address(lanes));
        emit ISwarmLanes.LaneToppedUp(laneId, 3 * USD);
        vm.prank(payer.account);
        lanes.topUp(lane, 2 * USD);
        requireState(laneId, 3 * USD, 0, 0);
        vm.assertEq(free(payer.account), 0, "taken from the deposit");
        claim(lane, uint128(3 * USD));
    }

    function test_topUp_isThePayers() external {
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        address[3] memory others = [provider, signer.account, stranger];
        for (uint256 i; i < others.length; ++i) {
            deposit(others[i], USD);
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.NotPayer.selector, laneId, others[i]));
            lanes.topUp(lane, USD);
        }
    }

    function test_topUp_refusesNothing_moreThanFree_andTooMuch() external {
        (Lane memory lane,) = openLane(USD);
        deposit(payer.account, USD);
        vm.startPrank(payer.account);
        vm.expectRevert(ISwarmLanes.ZeroAmount.selector);
        lanes.topUp(lane, 0);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.InsufficientDeposit.selector, payer.account, USD, USD + 1));
        lanes.topUp(lane, USD + 1);
        vm.stopPrank();
        deposit(payer.account, MOST);
        vm.startPrank(payer.account);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.AmountTooLarge.selector, MOST, MOST - USD));
        lanes.topUp(lane, MOST);
        lanes.topUp(lane, MOST - USD);
        vm.stopPrank();
        requireState(lanes.laneIdOf(lane), MOST, 0, 0);
    }

    function test_topUp_needsAnOpenLane() external {
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        deposit(payer.account, USD);
        startClose(lane);
        vm.prank(payer.account);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.LaneNotOpen.selector, laneId));
        lanes.topUp(lane, USD);
        release(lane);
        vm.prank(payer.account);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.LaneNotOpen.selector, laneId));
        lanes.topUp(lane, USD);
        lane.nonce = 77;
        laneId = lanes.laneIdOf(lane);
        vm.prank(payer.account);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.LaneNotOpen.selector, laneId));
        lanes.topUp(lane, USD);
    }

    // startClose

    function test_startClose_setsTheWindow() external {
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        vm.expectEmit(address(lanes));
        emit ISwarmLanes.Closing(laneId, block.timestamp + WINDOW);
        startClose(lane);
        requireState(laneId, USD, 0, uint48(block.timestamp + WINDOW));
    }

    function test_startClose_isThePayers() external {
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        address[3] memory others = [provider, signer.account, stranger];
        for (uint256 i; i < others.length; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.NotPayer.selector, laneId, others[i]));
            lanes.startClose(lane);
        }
    }

    function test_startClose_cannotRestartTheWindow() external {
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        startClose(lane);
        uint256 closesAt = block.timestamp + WINDOW;
        vm.warp(closesAt - 1);
        vm.prank(payer.account);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.LaneNotOpen.selector, laneId));
        lanes.startClose(lane);
        requireState(laneId, USD, 0, uint48(closesAt));
    }

    function test_startClose_needsALane_thatIsNotClosed() external {
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        release(lane);
        vm.prank(payer.account);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.LaneNotOpen.selector, laneId));
        lanes.startClose(lane);
        lane.closeWindow = 1; // terms that never were: no window can be shortened afterwards
        laneId = lanes.laneIdOf(lane);
        vm.prank(payer.account);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.LaneNotOpen.selector, laneId));
        lanes.startClose(lane);
    }

    // finishClose

    function test_finishClose_returnsWhatWasNotClaimed_byAnyone() external {
        (Lane memory lane, bytes32 laneId) = openLane(5 * USD);
        claim(lane, uint128(2 * USD));
        startClose(lane);
        vm.warp(block.timestamp + WINDOW);
        vm.expectEmit(address(lanes));
        emit ISwarmLanes.LaneClosed(laneId, 3 * USD);
        vm.prank(stranger);
        lanes.finishClose(lane);
        vm.assertEq(free(payer.account), 3 * USD, "returned");
        vm.assertEq(lanes.earningsOf(provider), 2 * USD, "earned");
        requireState(laneId, 2 * USD, 2 * USD, CLOSED);
    }

    function test_finishClose_returnsNothing_ofALaneThatIsUsedUp() external {
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        claim(lane, uint128(USD));
        startClose(lane);
        vm.warp(block.timestamp + WINDOW);
        lanes.finishClose(lane);
        vm.assertEq(free(payer.account), 0, "returned");
        requireState(laneId, USD, USD, CLOSED);
    }

    function test_finishClose_waitsForTheVerySecond() external {
        uint32[2] memory windows = [uint32(1 hours), 30 days];
        for (uint256 i; i < windows.length; ++i) {
            deposit(payer.account, USD);
            (, uint64 nonce) = lanes.accountOf(payer.account);
            Lane memory lane = Lane(payer.account, provider, signer.account, windows[i], nonce);
            vm.prank(payer.account);
            bytes32 laneId = lanes.openLane(provider, signer.account, windows[i], USD);
            startClose(lane);
            uint256 closesAt = vm.getBlockTimestamp() + windows[i];
            vm.warp(closesAt - 1);
            vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.CloseNotOver.selector, laneId, closesAt));
            lanes.finishClose(lane);
            vm.warp(closesAt);
            lanes.finishClose(lane);
            requireState(laneId, 0, 0, CLOSED);
        }
    }

    function test_finishClose_needsAStartedClose() external {
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        vm.warp(block.timestamp + 365 days);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.LaneNotClosing.selector, laneId));
        lanes.finishClose(lane);
    }

    function test_finishClose_happensOnce() external {
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        startClose(lane);
        vm.warp(block.timestamp + WINDOW);
        lanes.finishClose(lane);
        vm.warp(block.timestamp + 365 days);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.LaneNotClosing.selector, laneId));
        lanes.finishClose(lane);
        // Not even when the clock reaches the value that marks a closed lane.
        vm.warp(CLOSED);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.LaneNotClosing.selector, laneId));
        lanes.finishClose(lane);
        vm.assertEq(free(payer.account), USD, "returned once");
    }

    function test_finishClose_needsALane() external {
        Lane memory lane = Lane(payer.account, provider, signer.account, WINDOW, 0);
        bytes32 laneId = lanes.laneIdOf(lane);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.LaneNotClosing.selector, laneId));
        lanes.finishClose(lane);
    }

    // releaseLane

    function test_release_endsAnOpenLaneAtOnce() external {
        (Lane memory lane, bytes32 laneId) = openLane(5 * USD);
        claim(lane, uint128(2 * USD));
        vm.expectEmit(address(lanes));
        emit ISwarmLanes.LaneClosed(laneId, 3 * USD);
        release(lane);
        vm.assertEq(free(payer.account), 3 * USD, "returned");
        vm.assertEq(lanes.earningsOf(provider), 2 * USD, "what was claimed stays");
        requireState(laneId, 2 * USD, 2 * USD, CLOSED);
    }

    function test_release_endsAClosingLaneBeforeItsTime() external {
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        startClose(lane);
        release(lane);
        vm.assertEq(free(payer.account), USD, "returned");
        requireState(laneId, 0, 0, CLOSED);
    }

    function test_release_isTheProviders() external {
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        address[3] memory others = [payer.account, signer.account, stranger];
        for (uint256 i; i < others.length; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.NotProvider.selector, laneId, others[i]));
            lanes.releaseLane(lane);
        }
    }

    function test_release_happensOnce_andNeedsALane() external {
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        release(lane);
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.LaneNotOpen.selector, laneId));
        lanes.releaseLane(lane);
        vm.assertEq(free(payer.account), USD, "returned once");
        lane.nonce = 77;
        laneId = lanes.laneIdOf(lane);
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.LaneNotOpen.selector, laneId));
        lanes.releaseLane(lane);
    }

    // One lane is not another

    function test_lanesOfOnePayerDoNotTouchEachOther() external {
        (Lane memory first,) = openLane(USD);
        (Lane memory second, bytes32 secondId) = openLane(account("another provider"), 2 * USD);
        claim(first, uint128(USD));
        release(first);
        requireState(secondId, 2 * USD, 0, 0);
        claim(second, uint128(2 * USD));
        vm.assertEq(lanes.earningsOf(provider), USD, "first");
        vm.assertEq(lanes.earningsOf(second.provider), 2 * USD, "second");
    }

    function requireState(bytes32 laneId, uint256 funded, uint256 claimed, uint48 closesAt) private view {
        ISwarmLanes.LaneState memory state = lanes.laneState(laneId);
        vm.assertEq(state.funded, funded, "funded");
        vm.assertEq(state.claimed, claimed, "claimed");
        vm.assertEq(state.closesAt, closesAt, "closesAt");
    }
}
