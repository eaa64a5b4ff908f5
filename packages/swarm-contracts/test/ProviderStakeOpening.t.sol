// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IProviderStake} from "../contracts/interfaces/IProviderStake.sol";
import {StakeFixture} from "./support/StakeFixture.sol";

/// @notice Who may open a dispute, when and how often, and what is stored of it.
contract ProviderStakeOpeningTest is StakeFixture {
    function test_open_storesWhatTheQuotePutsAtRisk() external {
        IProviderStake.Evidence memory e = papers();
        bytes32 id = hashOf(e.job);
        fund(challenger, BOND);
        vm.expectEmit(address(stakes));
        emit IProviderStake.DisputeOpened(id, provider, challenger, AT_RISK, NOW + 48 hours, ROOT);
        vm.prank(challenger);
        vm.assertEq(stakes.openDispute(e, panel_(), ROOT), id, "id");

        IProviderStake.Stake memory s = stakes.stakeOf(provider);
        vm.assertEq(s.amount, STAKE, "amount");
        vm.assertEq(s.openDisputes, 1, "open disputes");
        IProviderStake.Dispute memory d = stakes.disputeOf(id);
        vm.assertEq(d.provider, provider, "provider");
        vm.assertEq(d.challenger, challenger, "challenger");
        vm.assertEq(d.requester, requester, "requester");
        vm.assertEq(d.atRisk, AT_RISK, "at risk");
        vm.assertEq(d.refundCap, USD, "refund cap");
        vm.assertEq(d.decidesBy, NOW + 48 hours, "decides by");
        vm.assertEq(d.arbiterSet, setOf(panel_()), "panel");
        vm.assertTrue(d.status == IProviderStake.Status.Open, "status");
        vm.assertEq(usdc.balanceOf(address(stakes)), STAKE + BOND, "held");
    }

    // When and how often one opens

    function test_open_untilThreeDaysAfterTheDeadline() external {
        IProviderStake.Evidence memory e = papers();
        uint256 until = uint256(e.job.deadline) + 3 days;
        vm.warp(until + 1);
        refuse(e, abi.encodeWithSelector(IProviderStake.TooLateToDispute.selector, hashOf(e.job), until));
        vm.warp(until);
        open(e);
    }

    function test_open_deadlineAtTheEndOfTime() external {
        IProviderStake.Evidence memory e = papers();
        e.job.deadline = type(uint64).max;
        seal(e);
        open(e);
    }

    function test_open_onceForEachJob_howeverItEnded() external {
        IProviderStake.Evidence memory e = papers();
        bytes32 id = open(e);
        bytes memory why = abi.encodeWithSelector(IProviderStake.AlreadyDisputed.selector, id);
        refuse(e, why);
        resolve(id, false, 0);
        refuse(e, why);

        e = papers("second");
        id = open(e);
        resolve(id, true, 0);
        // A later receipt, or another quote signature, is the same job.
        e.receipt.seq = 1;
        seal(e);
        refuse(e, abi.encodeWithSelector(IProviderStake.AlreadyDisputed.selector, id));
    }

    function test_open_aRetryIsAnotherJob() external {
        IProviderStake.Evidence memory e = papers();
        bytes32 first_ = open(e);
        e.job.attempt = 1;
        seal(e);
        vm.assertNotEq(open(e), first_, "id");
        vm.assertEq(openDisputes(), 2, "both are open");
    }

    function test_open_refusesAQuoteThatRisksNothing() external {
        IProviderStake.Evidence memory e = papers();
        e.quote.atRisk = 0;
        seal(e);
        refuse(e, abi.encodeWithSelector(IProviderStake.NothingAtStake.selector, provider));
    }

    function test_open_needsStake() external {
        equivocation(papers());
        refuse(papers("second"), abi.encodeWithSelector(IProviderStake.NothingAtStake.selector, provider));
        stake(provider, 1);
        open(papers("second"));
    }

    function test_open_takesTheLargestAtRisk() external {
        IProviderStake.Evidence memory e = papers();
        e.quote.atRisk = type(uint128).max;
        e.job.maxCharge = type(uint128).max;
        seal(e);
        bytes32 id = open(e);
        vm.assertEq(stakes.disputeOf(id).atRisk, type(uint96).max, "at risk");
        vm.assertEq(stakes.disputeOf(id).refundCap, type(uint96).max / 2, "refund cap");
        stake(provider, type(uint96).max - STAKE);
        resolve(id, true, type(uint128).max);
        vm.assertEq(staked(), 0, "staked");
        assertCredits(type(uint96).max / 2, BOND, 0, type(uint96).max / 2 + 1);
    }

    function test_open_wantsTheBond() external {
        usdc.mint(challenger, BOND - 1);
        vm.startPrank(challenger);
        usdc.approve(address(stakes), BOND);
        vm.expectRevert(bytes("ERC20: transfer amount exceeds balance"));
        stakes.openDispute(papers(), panel_(), ROOT);
        vm.assertEq(openDisputes(), 0, "open disputes");
    }

    // Who opens one

    function test_open_byTheLaneSigner_theRefundIsThePayers() external {
        resolve(open(papers(), panel_(), signer.account), true, USD);
        vm.assertEq(stakes.creditOf(requester), USD, "payer");
        vm.assertEq(stakes.creditOf(signer.account), BOND + AT_RISK / 2 - USD, "signer");
    }

    function test_open_byThePayer() external {
        bytes32 id = open(papers(), panel_(), requester);
        vm.assertEq(stakes.disputeOf(id).challenger, requester, "challenger");
        vm.assertEq(stakes.disputeOf(id).requester, requester, "requester");
        resolve(id, true, USD);
        vm.assertEq(stakes.creditOf(requester), BOND + AT_RISK / 2, "all that is not burned");
    }

    /// @dev Papers travel, and wait for a block where all can read them: nobody else is first with them.
    function test_open_byNobodyElse() external {
        IProviderStake.Evidence memory e = papers();
        address[4] memory others = [stranger, provider, jobKey.account, arbiter(0).account];
        for (uint256 i; i < others.length; ++i) {
            refuse(
                e,
                others[i],
                abi.encodeWithSelector(IProviderStake.NotRequester.selector, others[i], requester, signer.account)
            );
        }
        open(e);
    }

    /// @dev A friend with a lane of its own has disputes about its own jobs, not about those of others.
    function test_open_byTheProvidersFriend() external {
        IProviderStake.Evidence memory e = papers();
        Key memory friend = key("friend");
        refuse(
            e,
            friend.account,
            abi.encodeWithSelector(IProviderStake.NotRequester.selector, friend.account, requester, signer.account)
        );
        IProviderStake.Evidence memory own = draft("first");
        own.lane.payer = friend.account;
        own.lane.signer = friend.account;
        link(own);
        signAll(own, jobKey);
        own.jobSignature = sign(friend, digestOf(hashOf(own.job)));
        vm.assertNotEq(open(own, panel_(), friend.account), open(e), "another job");
    }

    // How

    function refuse(IProviderStake.Evidence memory e, bytes memory why) private {
        refuse(e, challenger, why);
    }
}
