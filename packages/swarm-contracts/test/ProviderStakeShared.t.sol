// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IProviderStake} from "../contracts/interfaces/IProviderStake.sol";
import {StakeFixture} from "./support/StakeFixture.sol";

/// @notice One stake behind many jobs: no dispute keeps others from it, and who is convicted first pays first.
contract ProviderStakeSharedTest is StakeFixture {
    Key private friend = key("friend of the provider");

    // No shield

    /// @dev Twenty disputes of its own over its whole stake: the honest one opens all the same, and takes first.
    function test_ownDisputes_shelterNothingFromAVerdict() external {
        bytes32 own;
        for (uint256 i; i < 20; ++i) {
            own = openOwn(vm.toString(i));
        }
        bytes32 honest = open(papers());
        vm.assertEq(stakes.disputeOf(honest).atRisk, AT_RISK, "at risk");
        vm.assertEq(openDisputes(), 21, "open");
        resolve(honest, true, USD);
        assertCredits(USD, BOND + AT_RISK / 2 - USD, 0, AT_RISK / 2);
        vm.assertEq(staked(), STAKE - AT_RISK, "staked");

        resolve(own, false, 0);
        assertCredits(USD, BOND + AT_RISK / 2 - USD, 5 * USD, AT_RISK / 2 + 5 * USD + 1);
        vm.assertEq(staked(), STAKE - AT_RISK, "nothing is given back");
    }

    function test_ownDispute_sheltersNothingFromAProof() external {
        bytes32 own = openOwn("own");
        equivocation(papers());
        vm.assertEq(staked(), 0, "staked");
        assertCredits(420, STAKE / 2 - 420, 0, STAKE / 2);
        resolve(own, false, 0);
        vm.assertEq(staked(), 0, "nothing is given back");
    }

    /// @dev The price at which it can be first: half of what it takes out.
    function test_ownDispute_costsHalf() external {
        bytes32 honest = open(papers());
        resolve(openOwn("own"), true, type(uint128).max);
        vm.assertEq(stakes.creditOf(friend.account), STAKE / 2 + BOND, "friend");
        vm.assertEq(stakes.burnable(), STAKE / 2, "burnable");
        resolve(honest, true, USD);
        assertCredits(0, BOND, 0, STAKE / 2);
    }

    // No bait

    /// @dev The one dispute that a job can have must not be spent on the one micro-USDC that is left.
    function test_aMicroLeft_isNoBait() external {
        withdraw(STAKE - 1);
        bytes32 id = open(papers());
        vm.assertEq(stakes.disputeOf(id).atRisk, AT_RISK, "at risk");
        vm.assertEq(stakes.disputeOf(id).refundCap, USD, "refund cap");
        stake(provider, STAKE);
        resolve(id, true, USD);
        vm.assertEq(staked(), STAKE + 1 - AT_RISK, "staked");
        assertCredits(USD, BOND + AT_RISK / 2 - USD, 0, AT_RISK / 2);
    }

    function test_aTopUpBelowWhatIsAtRisk_isTakenWhole() external {
        withdraw(STAKE - 1);
        bytes32 id = open(papers());
        stake(provider, 10 * USD);
        resolve(id, true, USD);
        vm.assertEq(staked(), 0, "staked");
        assertCredits(USD, BOND + 4 * USD, 0, 5 * USD + 1);
    }

    // First convicted, first served

    function test_convictions_beyondTheAmount() external {
        bytes32 first_ = open(risking("first", 600 * USD));
        bytes32 second = open(risking("second", 600 * USD));
        bytes32 third = open(risking("third", 600 * USD));
        resolve(second, true, 600 * USD);
        vm.assertEq(staked(), 400 * USD, "the whole of what was at risk");
        assertCredits(300 * USD, BOND, 0, 300 * USD);

        vm.expectEmit(address(stakes));
        emit IProviderStake.Slashed(provider, first_, challenger, 400 * USD, 200 * USD, 0, 200 * USD);
        vm.expectEmit(address(stakes));
        emit IProviderStake.DisputeResolved(first_, true, 200 * USD, ROOT);
        resolve(first_, true, 600 * USD);
        vm.assertEq(staked(), 0, "the rest");
        assertCredits(500 * USD, 2 * BOND, 0, 500 * USD);

        resolve(third, true, 600 * USD);
        assertCredits(500 * USD, 3 * BOND, 0, 500 * USD);
        vm.assertEq(openDisputes(), 0, "open disputes");
    }

    function test_conviction_afterAProofTookAll_returnsTheBond() external {
        bytes32 id = open(papers());
        equivocation(papers("second"));
        vm.assertEq(staked(), 0, "the proof takes all");
        assertCredits(420, STAKE / 2 - 420, 0, STAKE / 2);
        vm.expectEmit(address(stakes));
        emit IProviderStake.Slashed(provider, id, challenger, 0, 0, 0, 0);
        vm.expectEmit(address(stakes));
        emit IProviderStake.DisputeResolved(id, true, 0, ROOT);
        resolve(id, true, USD);
        assertCredits(420, STAKE / 2 - 420 + BOND, 0, STAKE / 2);
        vm.assertTrue(stakes.disputeOf(id).status == IProviderStake.Status.Guilty, "status");
        vm.assertEq(openDisputes(), 0, "open disputes");
    }

    function test_proofAndDispute_overOneJob() external {
        IProviderStake.Evidence memory e = papers();
        bytes32 id = open(e);
        equivocation(e);
        stake(provider, STAKE);
        resolve(id, true, USD);
        vm.assertEq(staked(), STAKE - AT_RISK, "both count");
    }

    function test_acquittal_afterAProofTookAll() external {
        bytes32 id = open(papers());
        equivocation(papers("second"));
        stake(provider, 5 * USD);
        vm.warp(NOW + 48 hours + 1);
        stakes.expireDispute(id);
        vm.assertEq(staked(), 5 * USD, "new stake stays");
        assertCredits(420, STAKE / 2 - 420, 5 * USD, STAKE / 2 + 5 * USD + 1);
    }

    // What is leaving

    /// @dev It stands behind a dispute for as long as that is open, and for UNSTAKE_DELAY more.
    function test_whatIsLeaving_isTakenToo() external {
        startUnstake(provider, STAKE);
        resolve(open(risking("first", STAKE - 1)), true, 0);
        vm.assertEq(staked(), 1, "staked");
        vm.assertEq(stakes.stakeOf(provider).leaving, 1, "leaving");
    }

    function test_ownDispute_keepsItsOwnStakeFromLeaving() external {
        startUnstake(provider, STAKE);
        vm.warp(NOW + 3 days);
        openOwn("own");
        vm.warp(NOW + 7 days);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.StakeUnderDispute.selector, provider, 1));
        finishUnstake(provider);
    }

    // Any numbers

    function testFuzz_convictions(uint96[2] memory stakes_, uint128[2] memory atRisk, uint128[2] memory refunds)
        external
    {
        equivocation(papers("to start from nothing"));
        uint256 burned = stakes.burnable();
        uint256 credited = stakes.creditOf(requester) + stakes.creditOf(challenger);
        uint256 amount = bound(stakes_[0], 1, type(uint96).max / 2);
        stake(provider, amount);
        bytes32[2] memory ids;
        for (uint256 i; i < 2; ++i) {
            atRisk[i] = uint128(bound(atRisk[i], 1, type(uint128).max));
            ids[i] = open(risking(vm.toString(i), atRisk[i]));
        }
        for (uint256 i; i < 2; ++i) {
            uint256 taken = min(amount, atRisk[i]);
            uint256 before = stakes.creditOf(requester);
            resolve(ids[i], true, refunds[i]);
            vm.assertEq(staked(), amount - taken, "at most what is at risk, at most what is there");
            vm.assertEq(stakes.creditOf(requester) - before, min(refunds[i], taken / 2), "refund");
            burned += taken - taken / 2;
            credited += taken / 2 + BOND;
            uint256 more = bound(stakes_[1], 1, type(uint96).max / 4);
            stake(provider, more);
            amount = amount - taken + more;
        }
        vm.assertEq(stakes.burnable(), burned, "half of each is burned");
        vm.assertEq(stakes.creditOf(requester) + stakes.creditOf(challenger), credited, "the other half is credited");
    }

    // How

    /// @notice A dispute by the provider's friend over the whole stake, about a job they made up.
    function openOwn(string memory name) private returns (bytes32) {
        IProviderStake.Evidence memory e = draft(string.concat("own ", name));
        e.lane.payer = friend.account;
        e.lane.signer = friend.account;
        e.quote.atRisk = uint128(STAKE);
        e.job.maxCharge = type(uint128).max;
        e.job.deadline = uint64(NOW + 7 days);
        link(e);
        signAll(e, jobKey);
        e.jobSignature = sign(friend, digestOf(hashOf(e.job)));
        return open(e, panel_(), friend.account);
    }

    function risking(string memory name, uint256 atRisk) private view returns (IProviderStake.Evidence memory e) {
        e = draft(name);
        e.quote.atRisk = uint128(atRisk);
        e.job.maxCharge = type(uint128).max;
        e.job.deadline = uint64(block.timestamp + 1 hours);
        seal(e);
    }

    function withdraw(uint256 amount) private {
        startUnstake(provider, amount);
        vm.warp(NOW + 7 days);
        finishUnstake(provider);
        vm.warp(NOW);
    }
}
