// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IProviderStake} from "../contracts/interfaces/IProviderStake.sol";
import {Panel, Signature, Verdict} from "../contracts/SwarmTypes.sol";
import {StakeFixture} from "./support/StakeFixture.sol";

/// @notice The life of a dispute: how it ends, and what each side then has.
contract ProviderStakeDisputesTest is StakeFixture {
    function test_guilty_refundsFirst() external {
        bytes32 id = open(papers());
        vm.expectEmit(address(stakes));
        emit IProviderStake.Slashed(provider, id, challenger, AT_RISK, USD / 2, AT_RISK / 2 - USD / 2, AT_RISK / 2);
        vm.expectEmit(address(stakes));
        emit IProviderStake.DisputeResolved(id, true, USD / 2, ROOT);
        resolve(id, true, USD / 2);

        assertCredits(USD / 2, BOND + AT_RISK / 2 - USD / 2, 0, AT_RISK / 2);
        vm.assertEq(staked(), STAKE - AT_RISK, "staked");
        vm.assertEq(openDisputes(), 0, "open disputes");
        vm.assertTrue(stakes.disputeOf(id).status == IProviderStake.Status.Guilty, "status");
    }

    function test_notGuilty_halfTheBondCompensates() external {
        bytes32 id = open(papers());
        vm.expectEmit(address(stakes));
        emit IProviderStake.DisputeResolved(id, false, 0, ROOT);
        resolve(id, false, USD);

        assertCredits(0, 0, 5 * USD, 5 * USD + 1);
        vm.assertEq(staked(), STAKE, "staked");
        vm.assertEq(openDisputes(), 0, "open disputes");
        vm.assertTrue(stakes.disputeOf(id).status == IProviderStake.Status.NotGuilty, "status");
    }

    function test_silence_isNotGuilty() external {
        bytes32 id = open(papers());
        vm.warp(NOW + 48 hours);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.VerdictNotDue.selector, id, NOW + 48 hours));
        stakes.expireDispute(id);
        vm.warp(NOW + 48 hours + 1);
        vm.expectEmit(address(stakes));
        emit IProviderStake.DisputeExpired(id);
        vm.prank(stranger);
        stakes.expireDispute(id);

        assertCredits(0, 0, 5 * USD, 5 * USD + 1);
        vm.assertEq(staked(), STAKE, "staked");
        vm.assertEq(openDisputes(), 0, "open disputes");
    }

    // Refunds

    function test_guilty_aRefundAboveTheCapIsCut() external {
        IProviderStake.Evidence memory e = papers();
        e.job.maxCharge = uint128(PICO + 999_999); // rounded down
        seal(e);
        bytes32 id = open(e);
        vm.expectEmit(address(stakes));
        emit IProviderStake.DisputeResolved(id, true, USD, ROOT);
        resolve(id, true, type(uint128).max);
        assertCredits(USD, BOND + AT_RISK / 2 - USD, 0, AT_RISK / 2);
    }

    function test_guilty_refundsAtMostHalfOfWhatWasAtRisk() external {
        IProviderStake.Evidence memory e = papers();
        e.quote.atRisk = uint128(2 * USD + 1);
        e.job.maxCharge = uint128(PICO);
        seal(e);
        bytes32 id = open(e);
        vm.assertEq(stakes.disputeOf(id).refundCap, USD, "both caps");

        e.job.maxCharge = uint128(PICO + 1_000_000);
        seal(e);
        id = open(e);
        vm.assertEq(stakes.disputeOf(id).refundCap, USD, "half, rounded down");

        e.job.maxCharge = uint128(PICO - 1);
        seal(e);
        id = open(e);
        vm.assertEq(stakes.disputeOf(id).refundCap, USD - 1, "the charge, rounded down");
    }

    /// @dev Papers that a provider makes up with a friend name any loss: half is burned all the same.
    function test_guilty_aRefundNeverSparesTheBurning() external {
        IProviderStake.Evidence memory e = papers();
        e.job.maxCharge = type(uint128).max;
        e.quote.atRisk = uint128(STAKE);
        seal(e);
        resolve(open(e), true, type(uint128).max);
        assertCredits(STAKE / 2, BOND, 0, STAKE / 2);
    }

    function test_guilty_anOddMicroIsBurned() external {
        IProviderStake.Evidence memory e = papers();
        e.quote.atRisk = 1;
        seal(e);
        resolve(open(e), true, 1);
        assertCredits(0, BOND, 0, 1);
    }

    // Verdicts

    function test_verdict_upToAndIncludingTheLastSecond() external {
        bytes32 id = open(papers());
        bytes32 second = open(papers("second"));
        vm.warp(NOW + 48 hours);
        resolve(id, true, 0);
        vm.warp(NOW + 48 hours + 1);
        Verdict memory verdict = Verdict(second, true, 0, ROOT);
        refuse(
            verdict, first(2), abi.encodeWithSelector(IProviderStake.VerdictTooLate.selector, second, NOW + 48 hours)
        );
    }

    function test_verdict_endsADisputeForGood() external {
        bytes32 id = open(papers());
        resolve(id, false, 0);
        bytes memory why = abi.encodeWithSelector(IProviderStake.DisputeNotOpen.selector, id);
        refuse(Verdict(id, true, 0, ROOT), first(2), why);
        vm.warp(NOW + 48 hours + 1);
        vm.expectRevert(why);
        stakes.expireDispute(id);
    }

    function test_expiry_endsADisputeForGood() external {
        bytes32 id = open(papers());
        vm.warp(NOW + 48 hours + 1);
        stakes.expireDispute(id);
        bytes memory why = abi.encodeWithSelector(IProviderStake.DisputeNotOpen.selector, id);
        vm.expectRevert(why);
        stakes.expireDispute(id);
        vm.warp(NOW);
        refuse(Verdict(id, true, 0, ROOT), first(2), why);
    }

    function test_verdict_needsADispute() external {
        bytes memory why = abi.encodeWithSelector(IProviderStake.DisputeNotOpen.selector, ROOT);
        refuse(Verdict(ROOT, true, 0, ROOT), first(2), why);
        vm.expectRevert(why);
        stakes.expireDispute(ROOT);
    }

    function test_verdict_needsTheThreshold() external {
        Verdict memory verdict = Verdict(open(papers()), true, 0, ROOT);
        refuse(verdict, first(1), abi.encodeWithSelector(IProviderStake.TooFewSignatures.selector, 1, 2));
        refuse(verdict, first(0), abi.encodeWithSelector(IProviderStake.TooFewSignatures.selector, 0, 2));
        stakes.resolveDispute(verdict, panel_(), verdictBy(verdict, first(3)));
    }

    function test_verdict_inAnyOrder() external {
        Verdict memory verdict = Verdict(open(papers()), true, 0, ROOT);
        uint256[] memory seats = new uint256[](2);
        (seats[0], seats[1]) = (2, 0);
        stakes.resolveDispute(verdict, panel_(), verdictBy(verdict, seats));
    }

    function test_verdict_anArbiterCountsOnce() external {
        Verdict memory verdict = Verdict(open(papers()), true, 0, ROOT);
        uint256[] memory seats = new uint256[](2);
        (seats[0], seats[1]) = (2, 2);
        bytes memory why = abi.encodeWithSelector(IProviderStake.DuplicateArbiter.selector, arbiter(2).account);
        refuse(verdict, seats, why);
        // Nor with enough others: a batch with a mistake is refused whole.
        seats = new uint256[](3);
        (seats[0], seats[1], seats[2]) = (2, 1, 2);
        refuse(verdict, seats, why);
    }

    function test_verdict_anArbiterNamedTwiceCountsOnce() external {
        Panel memory panel = panelOf(2, 2);
        panel.arbiters[1] = panel.arbiters[0];
        IProviderStake.Evidence memory e = papers();
        e.quote.arbiterSet = setOf(panel);
        seal(e);
        Verdict memory verdict = Verdict(open(e, panel), true, 0, ROOT);
        Signature[] memory signatures = verdictBy(verdict, new uint256[](2));
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.DuplicateArbiter.selector, panel.arbiters[0]));
        stakes.resolveDispute(verdict, panel, signatures);
    }

    function test_verdict_refusesStrangers() external {
        Verdict memory verdict = Verdict(open(papers()), true, 0, ROOT);
        uint256[] memory seats = new uint256[](2);
        (seats[0], seats[1]) = (0, 3); // there are seats 0 to 2
        refuse(verdict, seats, abi.encodeWithSelector(IProviderStake.NotAnArbiter.selector, arbiter(3).account));
    }

    function test_verdict_refusesAnotherPanel() external {
        Verdict memory verdict = Verdict(open(papers()), true, 0, ROOT);
        Panel memory panel = panelOf(3, 1);
        Signature[] memory signatures = verdictBy(verdict, first(1));
        vm.expectRevert(
            abi.encodeWithSelector(IProviderStake.BrokenLink.selector, "panel", setOf(panel_()), setOf(panel))
        );
        stakes.resolveDispute(verdict, panel, signatures);
    }

    /// @dev Changed in any part, it is not what was signed, and the signer that comes out is nobody's.
    function test_verdict_refusesWhatWasNotSigned() external {
        bytes32 id = open(papers());
        Verdict memory signed = Verdict(id, true, 5, ROOT);
        Signature[] memory signatures = verdictBy(signed, first(2));
        refuseForged(Verdict(id, false, 5, ROOT), signatures);
        refuseForged(Verdict(id, true, 6, ROOT), signatures);
        refuseForged(Verdict(id, true, 5, bytes32(0)), signatures);
        refuseForged(Verdict(open(papers("second")), true, 5, ROOT), signatures);
        vm.chainId(block.chainid + 1);
        refuseForged(signed, signatures);
        vm.chainId(block.chainid - 1);
        stakes.resolveDispute(signed, panel_(), signatures);
    }

    function test_verdict_refusesOneForAnotherContract() external {
        Verdict memory verdict = Verdict(open(papers()), true, 0, ROOT);
        Signature[] memory signatures = new Signature[](2);
        for (uint256 i; i < 2; ++i) {
            signatures[i] = sign(arbiter(i), digestFor(hashOf(verdict), block.chainid, stranger));
        }
        refuseForged(verdict, signatures);
    }

    function test_verdict_byTheLargestPanel() external {
        Panel memory panel = panelOf(15, 15);
        IProviderStake.Evidence memory e = papers();
        e.quote.arbiterSet = setOf(panel);
        seal(e);
        Verdict memory verdict = Verdict(open(e, panel), true, 0, ROOT);
        stakes.resolveDispute(verdict, panel, verdictBy(verdict, first(15)));
        vm.assertEq(staked(), STAKE - AT_RISK, "staked");
    }

    // Leaving

    function test_nothingLeavesUnderADispute() external {
        startUnstake(provider, USD);
        vm.warp(NOW + 7 days);
        IProviderStake.Evidence memory e = papers();
        e.job.deadline = uint64(NOW + 7 days);
        seal(e);
        open(e);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.StakeUnderDispute.selector, provider, 1));
        finishUnstake(provider);
    }

    /// @dev Else a provider could keep its stake behind disputes of its own until the last moment.
    function test_theTimeToLeaveStartsAnewWhenADisputeEnds() external {
        startUnstake(provider, USD);
        vm.warp(NOW + 2 days);
        bytes32 id = open(papers());
        bytes32 second = open(papers("second"));
        resolve(id, false, 0);
        vm.assertEq(stakes.stakeOf(provider).leavesAt, NOW + 9 days, "after a verdict");
        vm.warp(NOW + 4 days + 1);
        stakes.expireDispute(second);
        vm.assertEq(stakes.stakeOf(provider).leavesAt, NOW + 11 days + 1, "after silence");
        vm.warp(NOW + 11 days);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.UnstakeNotOver.selector, provider, NOW + 11 days + 1));
        finishUnstake(provider);
        vm.warp(NOW + 11 days + 1);
        finishUnstake(provider);
        vm.assertEq(staked(), STAKE - USD, "staked");
    }

    function test_aDisputeStartsNoUnstake() external {
        resolve(open(papers()), false, 0);
        vm.assertEq(stakes.stakeOf(provider).leavesAt, 0, "leavesAt");
    }

    function test_whatIsSlashedCannotLeave() external {
        startUnstake(provider, STAKE - USD);
        resolve(open(papers()), true, 0);
        vm.assertEq(stakes.stakeOf(provider).leaving, STAKE - AT_RISK, "cut to what is there");
        vm.warp(NOW + 7 days);
        finishUnstake(provider);
        vm.assertEq(staked(), 0, "staked");
        vm.assertEq(usdc.balanceOf(provider), STAKE - AT_RISK, "paid");
    }

    function test_whatIsLeftOfTheStakeLeavesAsAsked() external {
        startUnstake(provider, USD);
        resolve(open(papers()), true, 0);
        vm.assertEq(stakes.stakeOf(provider).leaving, USD, "still there");
    }

    // Any numbers

    function testFuzz_guilty(uint96 amount, uint128 atRisk, uint128 maxCharge, uint128 refund) external {
        atRisk = uint128(bound(atRisk, 1, type(uint128).max));
        uint256 total = STAKE + bound(amount, 1, type(uint96).max - STAKE);
        stake(provider, total - STAKE);
        IProviderStake.Evidence memory e = papers();
        e.quote.atRisk = atRisk;
        e.job.maxCharge = maxCharge;
        seal(e);
        resolve(open(e), true, refund);

        uint256 slashed = min(total, atRisk);
        uint256 refunded = stakes.creditOf(requester);
        uint256 reward = stakes.creditOf(challenger) - BOND;
        vm.assertEq(refunded + reward + stakes.burnable(), slashed, "sum");
        vm.assertEq(staked(), total - slashed, "staked");
        vm.assertLe(reward, (slashed - refunded) / 2, "the challenger has at most half of the rest");
        vm.assertEq(stakes.burnable(), slashed - slashed / 2, "half is burned");
        vm.assertEq(refunded, min(refund, min(maxCharge / 1e6, slashed / 2)), "the requester comes first");
    }

    // How

    function refuse(Verdict memory verdict, uint256[] memory seats, bytes memory why) private {
        Signature[] memory signatures = verdictBy(verdict, seats);
        vm.expectRevert(why);
        stakes.resolveDispute(verdict, panel_(), signatures);
    }

    function refuseForged(Verdict memory verdict, Signature[] memory signatures) private {
        vm.expectPartialRevert(IProviderStake.NotAnArbiter.selector);
        stakes.resolveDispute(verdict, panel_(), signatures);
    }
}
