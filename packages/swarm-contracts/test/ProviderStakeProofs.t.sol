// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IProviderStake} from "../contracts/interfaces/IProviderStake.sol";
import {ChunkReceipt, Signature} from "../contracts/SwarmTypes.sol";
import {StakeFixture} from "./support/StakeFixture.sol";

/// @notice What needs no judge: receipts that contradict each other, and charges above the signed price.
contract ProviderStakeProofsTest is StakeFixture {
    Key private other = key("some other key");

    // Two receipts

    function test_equivocation_takesAll() external {
        IProviderStake.Evidence memory e = papers();
        vm.expectEmit(address(stakes));
        emit IProviderStake.Slashed(provider, hashOf(e.job), challenger, STAKE, 420, STAKE / 2 - 420, STAKE / 2);
        equivocation(e);
        assertCredits(420, STAKE / 2 - 420, 0, STAKE / 2);
        vm.assertEq(staked(), 0, "staked");
        vm.assertTrue(stakes.jobSlashed(hashOf(e.job)), "marked");
    }

    function test_proof_byAnyone() external {
        IProviderStake.Evidence memory e = papers();
        ChunkReceipt memory second = twinOf(e.receipt);
        Signature memory signature = signReceipt(second);
        vm.prank(stranger);
        stakes.slashEquivocation(e.lane, e.job, e.receipt, e.receiptSignature, second, signature);
        vm.assertEq(stakes.creditOf(stranger), STAKE / 2 - 420, "of two receipts");

        stake(provider, STAKE);
        e = papers("second");
        (e.quote.inPico, e.quote.cachedPico) = (0, 0);
        e.receipt.chargedPico = 1;
        seal(e);
        vm.prank(stranger);
        stakes.slashOvercharge(e.lane, e.quote, e.quoteSignature, e.job, e.receipt, e.receiptSignature);
        vm.assertEq(stakes.creditOf(stranger), STAKE - 420, "of a charge");
    }

    function test_equivocation_refundsTheLargerCharge() external {
        IProviderStake.Evidence memory e = papers();
        ChunkReceipt memory more = twinOf(e.receipt);
        more.chargedPico = 0.5e12 + 999_999;
        slash(e, e.receipt, e.receiptSignature, more, signReceipt(more));
        vm.assertEq(stakes.creditOf(requester), USD / 2, "rounded down");

        stake(provider, STAKE);
        e = papers("second");
        more = twinOf(e.receipt);
        more.chargedPico = 0.5e12;
        slash(e, more, signReceipt(more), e.receipt, e.receiptSignature);
        vm.assertEq(stakes.creditOf(requester), USD, "in either order");
    }

    function test_equivocation_byTwoKeysOfOneProvider() external {
        IProviderStake.Evidence memory e = papers();
        setJobKey(provider, other);
        ChunkReceipt memory second = twinOf(e.receipt);
        slash(e, e.receipt, e.receiptSignature, second, sign(other, digestOf(hashOf(second))));
        vm.assertEq(staked(), 0, "staked");
    }

    function test_equivocation_byAnEarlierKey() external {
        setJobKey(provider, other);
        equivocation(papers());
        vm.assertEq(staked(), 0, "staked");
    }

    function test_equivocation_theSameReceiptTwice() external {
        IProviderStake.Evidence memory e = papers();
        bytes memory why = abi.encodeWithSelector(IProviderStake.SameReceipt.selector, hashOf(e.receipt));
        refuse(e, e.receipt, e.receiptSignature, why);
        // Nor with another signature over it, by another key of the provider.
        setJobKey(provider, other);
        refuse(e, e.receipt, sign(other, digestOf(hashOf(e.receipt))), why);
    }

    function test_equivocation_otherSeq() external {
        IProviderStake.Evidence memory e = papers();
        ChunkReceipt memory next = twinOf(e.receipt);
        next.seq = 7;
        bytes memory why = abi.encodeWithSelector(IProviderStake.DifferentSeq.selector, 0, 7);
        refuse(e, next, signReceipt(next), why);
    }

    function test_equivocation_otherJob() external {
        IProviderStake.Evidence memory e = papers();
        ChunkReceipt memory elsewhere = papers("second").receipt;
        Signature memory signature = signReceipt(elsewhere);
        refuse(e, elsewhere, signature, broken("receipt", elsewhere.jobHash, hashOf(e.job)));
        vm.expectRevert(broken("receipt", elsewhere.jobHash, hashOf(e.job)));
        slash(e, elsewhere, signature, e.receipt, e.receiptSignature);
    }

    function test_equivocation_receiptsOfOthers() external {
        IProviderStake.Evidence memory e = papers();
        ChunkReceipt memory forged = twinOf(e.receipt);
        Signature memory signature = sign(other, digestOf(hashOf(forged)));
        refuse(e, forged, signature, notAJobKey("receipt"));
        vm.expectRevert(notAJobKey("receipt"));
        slash(e, forged, signature, e.receipt, e.receiptSignature);
    }

    /// @dev The lane says whose stake it is; the job, and so the receipts, commit to the lane.
    function test_equivocation_ofAnotherProvidersLane() external {
        IProviderStake.Evidence memory e = papers();
        ChunkReceipt memory second = twinOf(e.receipt);
        Signature memory signature = signReceipt(second);
        e.lane.provider = stranger;
        refuse(e, second, signature, broken("lane", e.job.laneId, keccak256(abi.encode(e.lane))));
    }

    function test_equivocation_fromAnotherChainOrContract() external {
        IProviderStake.Evidence memory e = papers();
        ChunkReceipt memory second = twinOf(e.receipt);
        refusePartly(e, second, sign(jobKey, digestFor(hashOf(second), block.chainid + 1, address(stakes))));
        refusePartly(e, second, sign(jobKey, digestFor(hashOf(second), block.chainid, stranger)));
    }

    // Once

    function test_proof_onceForEachJob() external {
        IProviderStake.Evidence memory e = papers();
        equivocation(e);
        stake(provider, 5 * USD);
        ChunkReceipt memory third = twinOf(e.receipt);
        third.leafRoot = keccak256("yet other tokens");
        bytes memory why = abi.encodeWithSelector(IProviderStake.AlreadySlashed.selector, hashOf(e.job));
        refuse(e, third, signReceipt(third), why);
        e.receipt.chargedPico = type(uint128).max;
        e.receiptSignature = signReceipt(e.receipt);
        vm.expectRevert(why);
        overcharge(e);
        vm.assertEq(staked(), 5 * USD, "new stake is safe from old receipts");
        equivocation(papers("second"));
        vm.assertEq(staked(), 0, "not from another job's");
    }

    function test_proof_needsStake_andIsNotUsedUpWithoutIt() external {
        startUnstake(provider, STAKE);
        vm.warp(NOW + 7 days);
        finishUnstake(provider);
        IProviderStake.Evidence memory e = papers();
        ChunkReceipt memory second = twinOf(e.receipt);
        bytes memory why = abi.encodeWithSelector(IProviderStake.NothingAtStake.selector, provider);
        refuse(e, second, signReceipt(second), why);
        stake(provider, USD);
        equivocation(e);
        vm.assertEq(staked(), 0, "staked");
    }

    function test_proof_takesWhatIsLeaving() external {
        startUnstake(provider, STAKE);
        vm.warp(NOW + 7 days);
        equivocation(papers());
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.NothingLeaving.selector, provider));
        finishUnstake(provider);
    }

    // Charges

    function test_overcharge_byOnePico() external {
        IProviderStake.Evidence memory e = charging(0.00042e12);
        refuseCharge(e, 0.00042e12, 0.00042e12);
        e = charging(0.00042e12 + 1);
        vm.expectEmit(address(stakes));
        emit IProviderStake.Slashed(provider, hashOf(e.job), challenger, STAKE, 420, STAKE / 2 - 420, STAKE / 2);
        overcharge(e);
        assertCredits(420, STAKE / 2 - 420, 0, STAKE / 2);
        vm.assertEq(staked(), 0, "staked");
    }

    function test_overcharge_aboveTheMostOfTheJob() external {
        IProviderStake.Evidence memory e = papers();
        e.job.maxCharge = 0.00042e12 - 1;
        seal(e);
        overcharge(e);
        vm.assertEq(staked(), 0, "staked");
    }

    function test_overcharge_atTheMostOfTheJob() external {
        IProviderStake.Evidence memory e = papers();
        e.job.maxCharge = 0.00042e12;
        seal(e);
        refuseCharge(e, 0.00042e12, 0.00042e12);
    }

    /// @dev Prices and counts at their largest: more than a uint64 holds, less than a uint128, and no overflow.
    function test_overcharge_extremes() external {
        IProviderStake.Evidence memory e = papers();
        (e.quote.inPico, e.quote.cachedPico, e.quote.outPico) = (type(uint64).max, type(uint64).max, type(uint64).max);
        (e.receipt.inTokens, e.receipt.cachedTokens, e.receipt.outTokens) =
        (type(uint32).max, type(uint32).max, type(uint32).max);
        e.job.maxCharge = type(uint128).max;
        uint256 allowed = 3 * uint256(type(uint64).max) * type(uint32).max;
        e.receipt.chargedPico = uint128(allowed);
        seal(e);
        refuseCharge(e, allowed, allowed);
        e.receipt.chargedPico = uint128(allowed + 1);
        seal(e);
        overcharge(e);
        assertCredits(STAKE / 2, 0, 0, STAKE / 2);
    }

    function test_overcharge_theLargestChargeRefundsNoMoreThanHalf() external {
        overcharge(charging(type(uint128).max));
        assertCredits(STAKE / 2, 0, 0, STAKE / 2);
    }

    function test_overcharge_freeOfCharge() external {
        IProviderStake.Evidence memory e = papers();
        (e.quote.inPico, e.quote.cachedPico, e.quote.outPico) = (0, 0, 0);
        e.receipt.chargedPico = 1;
        seal(e);
        overcharge(e);
        assertCredits(0, STAKE / 2, 0, STAKE / 2);
    }

    function test_overcharge_needsTheQuoteOfTheJob() external {
        IProviderStake.Evidence memory e = charging(type(uint128).max);
        e.quote.inPico = 0;
        e.quoteSignature = sign(jobKey, digestOf(hashOf(e.quote)));
        vm.expectRevert(broken("quote", e.job.quoteHash, hashOf(e.quote)));
        overcharge(e);
    }

    /// @dev A requester who makes up a cheap quote, and a job over it, has no signature of the provider.
    function test_overcharge_needsAQuoteOfTheProvider() external {
        IProviderStake.Evidence memory e = papers();
        e.quote.inPico = 0;
        seal(e);
        e.quoteSignature = sign(other, digestOf(hashOf(e.quote)));
        vm.expectRevert(notAJobKey("quote"));
        overcharge(e);
    }

    function test_overcharge_needsAReceiptOfTheProvider() external {
        IProviderStake.Evidence memory e = charging(type(uint128).max);
        e.receiptSignature = sign(other, digestOf(hashOf(e.receipt)));
        vm.expectRevert(notAJobKey("receipt"));
        overcharge(e);
    }

    function test_overcharge_needsTheLaneOfTheJob() external {
        IProviderStake.Evidence memory e = charging(type(uint128).max);
        e.lane.payer = challenger;
        vm.expectRevert(broken("lane", e.job.laneId, keccak256(abi.encode(e.lane))));
        overcharge(e);
    }

    function test_overcharge_once() external {
        IProviderStake.Evidence memory e = charging(type(uint128).max);
        overcharge(e);
        stake(provider, USD);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.AlreadySlashed.selector, hashOf(e.job)));
        overcharge(e);
    }

    /// @dev Held against arithmetic in 256 bits, checked, over all that the types can hold.
    function testFuzz_overcharge(uint64[3] memory prices, uint32[3] memory counts, uint128 charged, uint128 most)
        external
    {
        IProviderStake.Evidence memory e = papers();
        (e.quote.inPico, e.quote.cachedPico, e.quote.outPico) = (prices[0], prices[1], prices[2]);
        (e.receipt.inTokens, e.receipt.cachedTokens, e.receipt.outTokens) = (counts[0], counts[1], counts[2]);
        uint256 due;
        for (uint256 i; i < 3; ++i) {
            due += uint256(prices[i]) * uint256(counts[i]);
        }
        // Near the price half of the time.
        e.receipt.chargedPico = charged % 2 == 0 ? charged : uint128(bound(charged, due == 0 ? 0 : due - 1, due + 1));
        e.job.maxCharge = most;
        seal(e);
        uint256 allowed = min(due, most);
        if (e.receipt.chargedPico <= allowed) {
            refuseCharge(e, e.receipt.chargedPico, allowed);
        } else {
            overcharge(e);
            vm.assertEq(staked(), 0, "staked");
            vm.assertEq(stakes.creditOf(requester), min(e.receipt.chargedPico / 1e6, STAKE / 2), "refund");
        }
    }

    function testFuzz_proof_partsAnyStake(uint96 amount, uint128 charged) external {
        stake(provider, bound(amount, 1, type(uint96).max - STAKE));
        uint256 slashed = staked();
        IProviderStake.Evidence memory e = charging(charged);
        equivocation(e);
        uint256 refund = stakes.creditOf(requester);
        uint256 reward = stakes.creditOf(challenger);
        vm.assertEq(refund + reward + stakes.burnable(), slashed, "sum");
        vm.assertEq(refund, min(charged / 1e6, slashed / 2), "the requester comes first");
        vm.assertLe(reward, (slashed - refund) / 2, "the challenger has at most half of the rest");
        vm.assertEq(stakes.burnable(), slashed - slashed / 2, "half is burned");
    }

    // How

    function charging(uint128 pico) private view returns (IProviderStake.Evidence memory e) {
        e = papers();
        e.receipt.chargedPico = pico;
        seal(e);
    }

    function slash(
        IProviderStake.Evidence memory e,
        ChunkReceipt memory a,
        Signature memory signatureA,
        ChunkReceipt memory b,
        Signature memory signatureB
    ) private {
        vm.prank(challenger);
        stakes.slashEquivocation(e.lane, e.job, a, signatureA, b, signatureB);
    }

    function refuse(
        IProviderStake.Evidence memory e,
        ChunkReceipt memory second,
        Signature memory signature,
        bytes memory why
    ) private {
        vm.expectRevert(why);
        slash(e, e.receipt, e.receiptSignature, second, signature);
    }

    function refusePartly(IProviderStake.Evidence memory e, ChunkReceipt memory second, Signature memory signature)
        private
    {
        vm.expectPartialRevert(IProviderStake.NotAJobKey.selector);
        slash(e, e.receipt, e.receiptSignature, second, signature);
    }

    function refuseCharge(IProviderStake.Evidence memory e, uint256 charged, uint256 allowed) private {
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.NoOvercharge.selector, charged, allowed));
        overcharge(e);
    }

    function broken(string memory what, bytes32 expected, bytes32 found) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IProviderStake.BrokenLink.selector, what, expected, found);
    }

    function notAJobKey(string memory what) private view returns (bytes memory) {
        return abi.encodeWithSelector(IProviderStake.NotAJobKey.selector, what, other.account, provider);
    }
}
