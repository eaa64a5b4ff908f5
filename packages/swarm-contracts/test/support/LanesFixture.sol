// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ISwarmLanes} from "../../contracts/interfaces/ISwarmLanes.sol";
import {MockUSDC} from "../../contracts/mocks/MockUSDC.sol";
import {SwarmLanes} from "../../contracts/SwarmLanes.sol";
import {Lane, Signature} from "../../contracts/SwarmTypes.sol";
import {Test} from "./Test.sol";

/// @notice A token, the contract, and one payer with its lane signer and provider; builders of a valid whole.
abstract contract LanesFixture is Test {
    uint256 internal constant USD = 1e6;
    uint32 internal constant WINDOW = 24 hours;
    bytes32 internal constant HEAD = keccak256("head of the payer's audit log");

    MockUSDC internal usdc;
    SwarmLanes internal lanes;
    Key internal payer = key("payer");
    Key internal signer = key("lane signer");
    address internal provider = account("provider");
    address internal stranger = account("stranger");

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        usdc = new MockUSDC();
        lanes = new SwarmLanes(address(usdc));
    }

    /// @notice Mints `amount` and deposits it, as `who`.
    function deposit(address who, uint256 amount) internal {
        usdc.mint(who, amount);
        vm.startPrank(who);
        usdc.approve(address(lanes), amount);
        lanes.deposit(who, amount);
        vm.stopPrank();
    }

    /// @notice Deposits `amount` and opens a lane of the payer with it.
    function openLane(uint256 amount) internal returns (Lane memory lane, bytes32 laneId) {
        return openLane(provider, amount);
    }

    function openLane(address to, uint256 amount) internal returns (Lane memory lane, bytes32 laneId) {
        deposit(payer.account, amount);
        (, uint64 nonce) = lanes.accountOf(payer.account);
        vm.prank(payer.account);
        laneId = lanes.openLane(to, signer.account, WINDOW, amount);
        lane = Lane(payer.account, to, signer.account, WINDOW, nonce);
    }

    /// @notice What the lane signer signs for `cumulative` on this lane.
    function voucher(Lane memory lane, uint128 cumulative) internal view returns (ISwarmLanes.Claim memory) {
        bytes32 digest = lanes.voucherDigest(lanes.laneIdOf(lane), cumulative, HEAD);
        return ISwarmLanes.Claim(lane, cumulative, HEAD, sign(signer, digest));
    }

    function batch(ISwarmLanes.Claim memory only) internal pure returns (ISwarmLanes.Claim[] memory claims) {
        claims = new ISwarmLanes.Claim[](1);
        claims[0] = only;
    }

    function claim(Lane memory lane, uint128 cumulative) internal returns (uint256 credited) {
        return lanes.claim(batch(voucher(lane, cumulative)));
    }

    function startClose(Lane memory lane) internal {
        vm.prank(lane.payer);
        lanes.startClose(lane);
    }

    /// @notice Closes a lane by the provider's release.
    function release(Lane memory lane) internal {
        vm.prank(lane.provider);
        lanes.releaseLane(lane);
    }

    function free(address who) internal view returns (uint256 amount) {
        (amount,) = lanes.accountOf(who);
    }
}
