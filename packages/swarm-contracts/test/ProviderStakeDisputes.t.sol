// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IProviderStake} from "../contracts/interfaces/IProviderStake.sol";
import {Panel, Signature, Verdict} from "../contracts/SwarmTypes.sol";
import {StakeFixture} from "./support/StakeFixture.sol";

/// @notice The life of a dispute: what it reserves, how it ends, and what each side then has.
contract ProviderStakeDisputesTest is StakeFixture {
    function test_open_reservesWhatTheQuotePutsAtRisk() external {
        IProviderStake.Evidence memory e = papers();
        bytes32 id = hashOf(e.job);
        fund(challenger, BOND);
        vm.expectEmit(address(stakes));
        emit IProviderStake.DisputeOpened(id, provider, challenger, AT_RISK, NOW + 48 hours, ROOT);
        vm.prank(challenger);
        vm.assertEq(stakes.openDispute(e, panel_(), ROOT), id, "id");

        IProviderStake.Stake memory s = stakes.stakeOf(provider);
        vm.assertEq(s.amount, STAKE, "amount");
        vm.assertEq(s.reserved, AT_RISK, "reserved");
        vm.assertEq(s.openDisputes, 1, "open disputes");
        IProviderStake.Dispute memory d = stakes.disputeOf(id);
        vm.assertEq(d.provider, provider, "provider");
        vm.assertEq(d.challenger, challenger, "challenger");
        vm.assertEq(d.requester, requester, "requester");
        vm.assertEq(d.reserved, AT_RISK, "reserved for it");
        vm.assertEq(d.refundCap, USD, "refund cap");
        vm.assertEq(d.decidesBy, NOW + 48 hours, "decides by");
        vm.assertEq(d.arbiterSet, setOf(panel_()), "panel");
        vm.assertTrue(d.status == IProviderStake.Status.Open, "status");
        vm.assertEq(usdc.balanceOf(address(stakes)), STAKE + BOND, "held");
    }

    function test_guilty_refundsFirst() external {
        bytes32 id = open(papers());
        vm.expectEmit(address(stakes));
        emit IProviderStake.Slashed(provider, id, challenger, AT_RISK, USD / 2, AT_RISK / 2 - USD / 2, AT_RISK / 2);
        vm.expectEmit(address(stakes));
        emit IProviderStake.DisputeResolved(id, true, USD / 2, ROOT);
        resolve(id, true, USD / 2);

        assertCredits(USD / 2, BOND + AT_RISK / 2 - USD / 2, 0, AT_RISK / 2);
        vm.assertEq(staked(), STAKE - AT_RISK, "staked");
        vm.assertEq(reserved(), 0, "reserved");
        vm.assertEq(stakes.stakeOf(provider).openDisputes, 0, "open disputes");
        vm.assertTrue(stakes.disputeOf(id).status == IProviderStake.Status.Guilty, "status");
    }

    function test_notGuilty_halfTheBondCompensates() external {
        bytes32 id = open(papers());
        vm.expectEmit(address(stakes));
        emit IProviderStake.DisputeResolved(id, false, 0, ROOT);
        resolve(id, false, USD);

        assertCredits(0, 0, 5 * USD, 5 * USD + 1);
        vm.assertEq(staked(), STAKE, "staked");
        vm.assertEq(reserved(), 0, "reserved");
        vm.assertEq(stakes.stakeOf(provider).openDisputes, 0, "open disputes");
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
        vm.assertEq(reserved(), 0, "reserved");
    }
}
