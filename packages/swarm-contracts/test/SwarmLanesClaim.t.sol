// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ISwarmLanes} from "../contracts/interfaces/ISwarmLanes.sol";
import {Lane} from "../contracts/SwarmTypes.sol";
import {LanesFixture} from "./support/LanesFixture.sol";

/// @notice Vouchers: what is credited, what is skipped and why, and batches.
contract SwarmLanesClaimTest is LanesFixture {
    // What is credited

    function test_claim_creditsTheProvider_andMovesNoTokens() external {
        (Lane memory lane, bytes32 laneId) = openLane(5 * USD);
        vm.expectEmit(address(lanes));
        emit ISwarmLanes.Claimed(laneId, provider, 2 * USD, 2 * USD, HEAD);
        uint256 credited = claim(lane, uint128(2 * USD));
        vm.assertEq(credited, 2 * USD, "returned");
        vm.assertEq(lanes.earningsOf(provider), 2 * USD, "earned");
        vm.assertEq(lanes.laneState(laneId).claimed, 2 * USD, "claimed");
        vm.assertEq(lanes.laneState(laneId).funded, 5 * USD, "funded counts the claimed part too");
        vm.assertEq(usdc.balanceOf(address(lanes)), 5 * USD, "no tokens moved");
    }

    function test_claim_creditsOnlyWhatIsNew() external {
        (Lane memory lane, bytes32 laneId) = openLane(5 * USD);
        claim(lane, uint128(2 * USD));
        vm.expectEmit(address(lanes));
        emit ISwarmLanes.Claimed(laneId, provider, 2 * USD + 1, 1, HEAD);
        vm.assertEq(claim(lane, uint128(2 * USD + 1)), 1, "the difference");
        vm.assertEq(lanes.earningsOf(provider), 2 * USD + 1, "earned");
    }

    function test_claim_paysTheProvider_whoeverSendsIt() external {
        (Lane memory lane,) = openLane(USD);
        ISwarmLanes.Claim[] memory claims = batch(voucher(lane, uint128(USD)));
        vm.prank(stranger);
        lanes.claim(claims);
        vm.assertEq(lanes.earningsOf(provider), USD, "provider");
        vm.assertEq(lanes.earningsOf(stranger), 0, "sender");
    }

    function test_claim_goesToTheLastUnitOfTheFunding() external {
        (Lane memory lane,) = openLane(USD);
        vm.assertEq(claim(lane, uint128(USD)), USD, "all of it");
    }

    function test_voucherDigest_isTheStandards() external view {
        bytes32 laneId = keccak256("lane");
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Unhosted SwarmLanes"),
                keccak256("1"),
                block.chainid,
                address(lanes)
            )
        );
        bytes32 structHash = keccak256(
            abi.encode(keccak256("Voucher(bytes32 laneId,uint128 cumulative,bytes32 ledgerHead)"), laneId, 7, HEAD)
        );
        bytes32 expected = keccak256(abi.encodePacked(hex"1901", domain, structHash));
        vm.assertEq(lanes.voucherDigest(laneId, 7, HEAD), expected, "digest");
    }

    // What is skipped, and why

    function test_claim_skipsALaneThatNeverWas() external {
        (Lane memory lane,) = openLane(USD);
        lane.nonce = 77;
        requireSkipped(voucher(lane, 1), ISwarmLanes.Skip.UnknownLane);
    }

    /// @dev Each of the terms is part of the id: with one of them changed it is another lane, which never was.
    function test_claim_skipsALaneWithOneTermChanged() external {
        for (uint256 term; term < 5; ++term) {
            (Lane memory lane,) = openLane(USD);
            if (term == 0) lane.payer = stranger;
            if (term == 1) lane.provider = stranger;
            if (term == 2) lane.signer = stranger;
            if (term == 3) lane.closeWindow += 1;
            if (term == 4) lane.nonce += 1;
            requireSkipped(voucher(lane, 1), ISwarmLanes.Skip.UnknownLane);
        }
    }

    function test_claim_skipsAClosedLane() external {
        (Lane memory lane,) = openLane(USD);
        release(lane);
        requireSkipped(voucher(lane, 1), ISwarmLanes.Skip.Closed);
    }

    function test_claim_skipsWhatWasClaimed_andEarlierVouchers() external {
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        claim(lane, 500_000);
        requireSkipped(voucher(lane, 500_000), ISwarmLanes.Skip.NothingNew);
        requireSkipped(voucher(lane, 499_999), ISwarmLanes.Skip.NothingNew);
        requireSkipped(voucher(lane, 0), ISwarmLanes.Skip.NothingNew);
        vm.assertEq(lanes.laneState(laneId).claimed, 500_000, "claimed never falls");
    }

    function test_claim_skipsAVoucherOfNothing() external {
        (Lane memory lane,) = openLane(USD);
        requireSkipped(voucher(lane, 0), ISwarmLanes.Skip.NothingNew);
    }

    /// @dev Whole, not cut. 2^104 and more must not wrap into the slot.
    function test_claim_skipsAVoucherAboveTheFunding() external {
        (Lane memory lane,) = openLane(USD);
        requireSkipped(voucher(lane, uint128(USD + 1)), ISwarmLanes.Skip.AboveFunding);
        requireSkipped(voucher(lane, (1 << 104) + 1), ISwarmLanes.Skip.AboveFunding);
        requireSkipped(voucher(lane, type(uint128).max), ISwarmLanes.Skip.AboveFunding);
    }

    function test_claim_takesAVoucherAboveTheFunding_onceTheLaneIsToppedUp() external {
        (Lane memory lane,) = openLane(USD);
        ISwarmLanes.Claim memory early = voucher(lane, uint128(2 * USD));
        requireSkipped(early, ISwarmLanes.Skip.AboveFunding);
        deposit(payer.account, USD);
        vm.prank(payer.account);
        lanes.topUp(lane, USD);
        vm.assertEq(lanes.claim(batch(early)), 2 * USD, "credited");
    }

    // Signatures

    function test_claim_skipsSignaturesOfOthers() external {
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        ISwarmLanes.Claim memory forged = voucher(lane, 500_000);
        bytes32 digest = lanes.voucherDigest(laneId, 500_000, HEAD);
        forged.signature = sign(payer, digest); // not even the payer's
        requireSkipped(forged, ISwarmLanes.Skip.BadSignature);
        forged.signature = sign(key("provider"), digest);
        requireSkipped(forged, ISwarmLanes.Skip.BadSignature);
    }

    function test_claim_skipsChangedVouchers() external {
        (Lane memory lane,) = openLane(USD);
        ISwarmLanes.Claim memory changed = voucher(lane, 500_000);
        changed.cumulative += 1;
        requireSkipped(changed, ISwarmLanes.Skip.BadSignature);
        changed = voucher(lane, 500_000);
        changed.ledgerHead = keccak256("another history");
        requireSkipped(changed, ISwarmLanes.Skip.BadSignature);
    }

    function test_claim_skipsSignaturesOfNobody() external {
        (Lane memory lane,) = openLane(USD);
        ISwarmLanes.Claim memory empty = voucher(lane, 500_000);
        empty.signature.r = 0;
        empty.signature.vs = 0;
        requireSkipped(empty, ISwarmLanes.Skip.BadSignature);
        empty.signature.r = bytes32(type(uint256).max);
        empty.signature.vs = bytes32(type(uint256).max);
        requireSkipped(empty, ISwarmLanes.Skip.BadSignature);
    }

    /// @dev ecrecover takes (r, n - s) with the parity turned as well. The compact form has room for 255 bits of s, so
    /// nearly every twin does not even fit; the few that would are above half the order and refused for that.
    function test_claim_skipsTheTwinOfASignature() external {
        (Lane memory lane, bytes32 laneId) = openLane(USD);
        bytes32 digest = lanes.voucherDigest(laneId, 500_000, HEAD);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signer.secret, digest);
        (uint8 twinV, bytes32 twinR, bytes32 twinS) = twin(v, r, s);
        vm.assertEq(ecrecover(digest, twinV, twinR, twinS), signer.account, "the curve takes the twin");

        ISwarmLanes.Claim memory other = voucher(lane, 500_000);
        bytes32[4] memory forms = [
            twinS,
            twinS | bytes32(uint256(1) << 255),
            twinS & bytes32(type(uint256).max >> 1),
            other.signature.vs ^ bytes32(uint256(1) << 255)
        ];
        for (uint256 i; i < forms.length; ++i) {
            other.signature.vs = forms[i];
            requireSkipped(other, ISwarmLanes.Skip.BadSignature);
        }
        for (uint256 above = 1; above <= 2; ++above) {
            other.signature.vs = bytes32(HALF_ORDER + above);
            requireSkipped(other, ISwarmLanes.Skip.BadSignature);
        }
        claim(lane, 500_000);
    }

    // Windows: a voucher is good until its lane is closed, whatever the clock says

    function test_claim_isGoodAllThroughTheWindow_andAfter_untilTheCloseIsFinished() external {
        (Lane memory lane,) = openLane(USD);
        startClose(lane);
        uint256 closesAt = vm.getBlockTimestamp() + WINDOW;
        claim(lane, 1);
        vm.warp(closesAt - 1);
        vm.assertEq(claim(lane, 2), 1, "in the last second");
        vm.warp(closesAt);
        vm.assertEq(claim(lane, 3), 1, "when it may be finished");
        vm.warp(closesAt + 365 days);
        vm.assertEq(claim(lane, 4), 1, "while nobody finishes it");
        lanes.finishClose(lane);
        requireSkipped(voucher(lane, 5), ISwarmLanes.Skip.Closed);
        vm.assertEq(free(payer.account), USD - 4, "the rest went back");
    }

    // Batches

    function test_batch_ofNothingDoesNothing() external {
        vm.recordLogs();
        vm.assertEq(lanes.claim(new ISwarmLanes.Claim[](0)), 0, "credited");
        vm.assertEq(vm.getRecordedLogs().length, 0, "events");
    }

    function test_batch_skipsBadRows_andTakesTheOthers() external {
        ISwarmLanes.Claim[] memory claims = new ISwarmLanes.Claim[](5);
        for (uint256 row; row < 5; ++row) {
            (Lane memory lane,) = openLane(USD);
            claims[row] = voucher(lane, uint128(100_000 + row));
        }
        claims[0].cumulative += 1; // bad signature
        release(claims[2].lane); // closed
        claims[4].lane.nonce = 77; // unknown
        vm.expectEmit(address(lanes));
        emit ISwarmLanes.ClaimSkipped(0, lanes.laneIdOf(claims[0].lane), ISwarmLanes.Skip.BadSignature);
        vm.expectEmit(address(lanes));
        emit ISwarmLanes.Claimed(lanes.laneIdOf(claims[1].lane), provider, 100_001, 100_001, HEAD);
        vm.expectEmit(address(lanes));
        emit ISwarmLanes.ClaimSkipped(2, lanes.laneIdOf(claims[2].lane), ISwarmLanes.Skip.Closed);
        vm.expectEmit(address(lanes));
        emit ISwarmLanes.Claimed(lanes.laneIdOf(claims[3].lane), provider, 100_003, 100_003, HEAD);
        vm.expectEmit(address(lanes));
        emit ISwarmLanes.ClaimSkipped(4, lanes.laneIdOf(claims[4].lane), ISwarmLanes.Skip.UnknownLane);
        vm.assertEq(lanes.claim(claims), 200_004, "credited");
        vm.assertEq(lanes.earningsOf(provider), 200_004, "earned");
    }

    function test_batch_countsALaneThatComesTwice_once() external {
        (Lane memory lane,) = openLane(USD);
        ISwarmLanes.Claim[] memory claims = new ISwarmLanes.Claim[](4);
        claims[0] = voucher(lane, 300_000);
        claims[1] = voucher(lane, 300_000);
        claims[2] = voucher(lane, 700_000);
        claims[3] = voucher(lane, 500_000);
        vm.assertEq(lanes.claim(claims), 700_000, "the highest, once");
        vm.assertEq(lanes.earningsOf(provider), 700_000, "earned");
    }

    function test_batch_paysManyProviders() external {
        ISwarmLanes.Claim[] memory claims = new ISwarmLanes.Claim[](3);
        address[3] memory providers = [provider, account("second"), account("third")];
        for (uint256 row; row < 3; ++row) {
            (Lane memory lane,) = openLane(providers[row], USD);
            claims[row] = voucher(lane, uint128(100_000 * (row + 1)));
        }
        vm.assertEq(lanes.claim(claims), 600_000, "credited");
        for (uint256 row; row < 3; ++row) {
            vm.assertEq(lanes.earningsOf(providers[row]), 100_000 * (row + 1), "each its own");
        }
    }

    /// @dev The 16,777,216 gas that a transaction may use since EIP-7825 hold this many, and about 100 more.
    /// forge-config: default.isolate = true
    function test_batch_maybeHuge() external {
        ISwarmLanes.Claim[] memory claims = manyLanes(700);
        vm.assertEq(lanes.claim(claims), 700 * 1000, "credited");
        vm.assertLt(vm.lastCallGas().gasTotalUsed, 16_777_216, "fits a transaction");
    }

    function test_batch_thatRunsOutOfGasChangesNothing() external {
        ISwarmLanes.Claim[] memory claims = manyLanes(50);
        (bool done,) = address(lanes).call{gas: 400_000}(abi.encodeCall(ISwarmLanes.claim, (claims)));
        vm.assertTrue(!done, "ran out");
        vm.assertEq(lanes.earningsOf(provider), 0, "nothing");
        vm.assertEq(lanes.claim(claims), 50 * 1000, "and can be sent again");
    }

    /// @dev The one kind of bad row that is not skipped: what no honest encoder writes. Here an address of 32 bytes.
    function test_batch_refusesMalformedAbi() external {
        (Lane memory lane,) = openLane(USD);
        bytes memory data = abi.encodeCall(ISwarmLanes.claim, (batch(voucher(lane, 1))));
        data[4 + 32 + 32] = 0x01; // first byte of the first word of the first row: the payer
        (bool done,) = address(lanes).call(data);
        vm.assertTrue(!done, "refused");
    }

    // Front-running

    /// @dev A stranger sends some of the vouchers, or earlier ones, first. The provider has the same in the end.
    function test_frontRunning_changesNothing() external {
        ISwarmLanes.Claim[] memory claims = new ISwarmLanes.Claim[](3);
        ISwarmLanes.Claim[] memory earlier = new ISwarmLanes.Claim[](2);
        for (uint256 row; row < 3; ++row) {
            (Lane memory lane,) = openLane(USD);
            claims[row] = voucher(lane, 600_000);
            if (row < 2) earlier[row] = voucher(lane, row == 0 ? 600_000 : 200_000);
        }
        vm.prank(stranger);
        lanes.claim(earlier);
        vm.prank(provider);
        lanes.claim(claims);
        vm.assertEq(lanes.earningsOf(provider), 3 * 600_000, "all of it");
        vm.assertEq(lanes.earningsOf(stranger), 0, "none of it");
    }

    function manyLanes(uint256 count) private returns (ISwarmLanes.Claim[] memory claims) {
        deposit(payer.account, count * 1000);
        claims = new ISwarmLanes.Claim[](count);
        vm.startPrank(payer.account);
        for (uint256 row; row < count; ++row) {
            bytes32 laneId = lanes.openLane(provider, signer.account, WINDOW, 1000);
            Lane memory lane = Lane(payer.account, provider, signer.account, WINDOW, uint64(row));
            bytes32 digest = lanes.voucherDigest(laneId, 1000, HEAD);
            claims[row] = ISwarmLanes.Claim(lane, 1000, HEAD, sign(signer, digest));
        }
        vm.stopPrank();
    }

    function requireSkipped(ISwarmLanes.Claim memory bad, ISwarmLanes.Skip reason) private {
        bytes32 laneId = lanes.laneIdOf(bad.lane);
        bytes32 before = keccak256(abi.encode(lanes.laneState(laneId), lanes.earningsOf(bad.lane.provider)));
        vm.expectEmit(address(lanes));
        emit ISwarmLanes.ClaimSkipped(0, laneId, reason);
        vm.assertEq(lanes.claim(batch(bad)), 0, "credited");
        bytes32 afterwards = keccak256(abi.encode(lanes.laneState(laneId), lanes.earningsOf(bad.lane.provider)));
        vm.assertEq(afterwards, before, "nothing changed");
    }
}
