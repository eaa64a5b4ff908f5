// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ISwarmLanes} from "../contracts/interfaces/ISwarmLanes.sol";
import {SwarmLanes} from "../contracts/SwarmLanes.sol";
import {Lane} from "../contracts/SwarmTypes.sol";
import {LanesFixture} from "./support/LanesFixture.sol";

/// @notice A voucher is good for one lane of one contract on one chain.
contract SwarmLanesReplayTest is LanesFixture {
    function test_otherChain() external {
        (Lane memory lane,) = openLane(USD);
        ISwarmLanes.Claim memory here = voucher(lane, 500_000);
        uint256 home = block.chainid;
        vm.chainId(home + 1);
        requireBadSignature(lanes, here);
        ISwarmLanes.Claim memory there = voucher(lane, 500_000);
        vm.chainId(home);
        requireBadSignature(lanes, there);
        vm.assertEq(lanes.claim(batch(here)), 500_000, "good at home");
        vm.chainId(home + 1);
        there = voucher(lane, 600_000);
        vm.assertEq(lanes.claim(batch(there)), 100_000, "a fork signs its own");
    }

    /// @dev The same payer's first lane there has the same terms, so the same id: only the domain tells them apart.
    function test_otherContract() external {
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        ISwarmLanes.Claim memory here = voucher(lane, 500_000);
        SwarmLanes first = lanes;
        lanes = new SwarmLanes(address(usdc));
        (, bytes32 sameId) = openLane(USD);
        vm.assertEq(sameId, laneId, "same id");
        requireBadSignature(lanes, here);
        vm.assertEq(first.claim(batch(here)), 500_000, "good where it was signed for");
    }

    /// @dev Same payer, signer, provider and window; only the nonce differs.
    function test_otherLane() external {
        (Lane memory first,) = openLane(USD);
        (Lane memory second,) = openLane(USD);
        ISwarmLanes.Claim memory moved = voucher(first, 500_000);
        moved.lane = second;
        requireBadSignature(lanes, moved);
    }

    /// @dev A closed lane's id never comes back: the payer's count only grows.
    function test_laneAfterAClosedOne() external {
        (Lane memory closed, bytes32 closedId) = openLane(USD);
        ISwarmLanes.Claim memory old = voucher(closed, 500_000);
        release(closed);
        (Lane memory next, bytes32 nextId) = openLane(USD);
        vm.assertNotEq(nextId, closedId, "ids");
        old.lane = next;
        requireBadSignature(lanes, old);
    }

    /// @dev One lane signer may serve many payers; a voucher still names one lane.
    function test_otherPayer() external {
        (Lane memory lane,) = openLane(USD);
        ISwarmLanes.Claim memory moved = voucher(lane, 500_000);
        payer = key("another payer");
        (Lane memory other,) = openLane(USD);
        moved.lane = other;
        requireBadSignature(lanes, moved);
    }

    function requireBadSignature(SwarmLanes where, ISwarmLanes.Claim memory replayed) private {
        vm.expectEmit(address(where));
        emit ISwarmLanes.ClaimSkipped(0, where.laneIdOf(replayed.lane), ISwarmLanes.Skip.BadSignature);
        vm.assertEq(where.claim(batch(replayed)), 0, "credited");
    }
}
