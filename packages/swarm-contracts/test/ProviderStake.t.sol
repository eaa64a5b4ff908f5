// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IProviderStake} from "../contracts/interfaces/IProviderStake.sol";
import {ProviderStake} from "../contracts/ProviderStake.sol";
import {Signature} from "../contracts/SwarmTypes.sol";
import {StakeFixture} from "./support/StakeFixture.sol";

/// @notice Stake, job keys, unstaking, credits and burning.
contract ProviderStakeTest is StakeFixture {
    // Deployment

    function test_constructor_refusesNoToken() external {
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.ZeroAddress.selector, "usdc"));
        new ProviderStake(address(0), BOND);
    }

    function test_constructor_refusesFreeDisputes() external {
        vm.expectRevert(IProviderStake.ZeroAmount.selector);
        new ProviderStake(address(usdc), 0);
    }

    function test_terms() external view {
        vm.assertEq(stakes.usdc(), address(usdc), "usdc");
        vm.assertEq(stakes.disputeBond(), BOND, "bond");
        vm.assertEq(stakes.UNSTAKE_DELAY(), 7 days, "unstake");
        vm.assertEq(stakes.VERDICT_WINDOW(), 48 hours, "verdict");
        vm.assertEq(stakes.DISPUTE_WINDOW(), 3 days, "dispute");
        vm.assertEq(stakes.MAX_ARBITERS(), 15, "arbiters");
        (, string memory name, string memory version, uint256 chain, address verifier,,) = stakes.eip712Domain();
        vm.assertEq(name, "Unhosted ProviderStake", "name");
        vm.assertEq(version, "1", "version");
        vm.assertEq(chain, block.chainid, "chain");
        vm.assertEq(verifier, address(stakes), "verifier");
    }

    // Stake

    function test_stake_addsUp() external {
        fund(provider, 5 * USD);
        vm.expectEmit(address(stakes));
        emit IProviderStake.Staked(provider, 5 * USD, STAKE + 5 * USD);
        vm.prank(provider);
        stakes.stake(5 * USD);
        vm.assertEq(staked(), STAKE + 5 * USD, "staked");
        vm.assertEq(usdc.balanceOf(address(stakes)), STAKE + 5 * USD, "held");
    }

    function test_stake_refusesNothing() external {
        vm.expectRevert(IProviderStake.ZeroAmount.selector);
        stakes.stake(0);
    }

    function test_stake_refusesMoreThanFits() external {
        uint256 most = type(uint96).max - STAKE;
        fund(provider, most + 1);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.AmountTooLarge.selector, most + 1, most));
        vm.prank(provider);
        stakes.stake(most + 1);
        vm.prank(provider);
        stakes.stake(most);
        vm.assertEq(staked(), type(uint96).max, "staked");
    }

    function test_stake_wantsAnAllowance() external {
        vm.expectRevert(bytes("ERC20: transfer amount exceeds allowance"));
        vm.prank(stranger);
        stakes.stake(1);
    }

    // Job keys

    function test_setJobKey() external {
        Key memory next = key("next job key");
        bytes32 peer = keccak256("next peer");
        Signature memory signature = consent(next, provider, peer);
        vm.expectEmit(address(stakes));
        emit IProviderStake.JobKeySet(provider, next.account, peer);
        vm.prank(provider);
        stakes.setJobKey(next.account, peer, signature);
        vm.assertEq(stakes.stakeOf(provider).jobKey, next.account, "current");
        vm.assertEq(stakes.stakeOf(provider).peerIdHash, peer, "peer");
        vm.assertEq(stakes.providerOf(next.account), provider, "next");
        vm.assertEq(stakes.providerOf(jobKey.account), provider, "the earlier one stays bound");
        setJobKey(provider, jobKey);
        vm.assertEq(stakes.stakeOf(provider).jobKey, jobKey.account, "back again");
    }

    function test_setJobKey_needsNoStake() external {
        setJobKey(stranger, key("stranger's key"));
        vm.assertEq(stakes.providerOf(account("stranger's key")), stranger, "bound");
    }

    function test_setJobKey_refusesAKeyThatDidNotConsent() external {
        Signature memory signature = consent(key("thief"), stranger, PEER);
        expectWrongSigner("job key", account("victim"), account("thief"));
        vm.prank(stranger);
        stakes.setJobKey(account("victim"), PEER, signature);
    }

    /// @dev What the key signed is another digest for another provider, so some other address is recovered.
    function test_setJobKey_refusesConsentGivenToAnother() external {
        Key memory fresh = key("fresh");
        Signature memory signature = consent(fresh, provider, PEER);
        vm.expectPartialRevert(IProviderStake.WrongSigner.selector);
        vm.prank(stranger);
        stakes.setJobKey(fresh.account, PEER, signature);
        vm.expectPartialRevert(IProviderStake.WrongSigner.selector);
        vm.prank(provider);
        stakes.setJobKey(fresh.account, keccak256("another peer"), signature);
        vm.assertEq(stakes.providerOf(fresh.account), address(0), "bound to nobody");
    }

    function test_setJobKey_refusesAKeyOfAnotherProvider() external {
        Signature memory signature = consent(jobKey, stranger, PEER);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.JobKeyTaken.selector, jobKey.account, provider));
        vm.prank(stranger);
        stakes.setJobKey(jobKey.account, PEER, signature);
    }

    function test_setJobKey_refusesTheZeroKey() external {
        vm.expectRevert(ECDSA.ECDSAInvalidSignature.selector);
        vm.prank(provider);
        stakes.setJobKey(address(0), PEER, Signature(0, 0));
    }

    // Unstaking

    function test_unstake_partAfterTheDelay() external {
        uint256 leavesAt = NOW + 7 days;
        vm.expectEmit(address(stakes));
        emit IProviderStake.Unstaking(provider, 400 * USD, leavesAt);
        startUnstake(provider, 400 * USD);
        vm.assertEq(stakes.stakeOf(provider).leaving, 400 * USD, "leaving");

        vm.warp(leavesAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.UnstakeNotOver.selector, provider, leavesAt));
        finishUnstake(provider);

        vm.warp(leavesAt);
        vm.expectEmit(address(stakes));
        emit IProviderStake.Unstaked(provider, stranger, 400 * USD);
        vm.prank(provider);
        stakes.finishUnstake(stranger);
        vm.assertEq(staked(), STAKE - 400 * USD, "staked");
        vm.assertEq(usdc.balanceOf(stranger), 400 * USD, "paid");
        vm.assertEq(stakes.stakeOf(provider).leaving, 0, "leaving");
        vm.assertEq(stakes.stakeOf(provider).leavesAt, 0, "leavesAt");

        vm.expectRevert(abi.encodeWithSelector(IProviderStake.NothingLeaving.selector, provider));
        finishUnstake(provider);
    }

    function test_unstake_all() external {
        startUnstake(provider, STAKE);
        vm.warp(NOW + 7 days);
        finishUnstake(provider);
        vm.assertEq(staked(), 0, "staked");
        vm.assertEq(usdc.balanceOf(provider), STAKE, "paid");
    }

    function test_unstake_refusesMoreThanIsStaked() external {
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.InsufficientStake.selector, provider, STAKE, STAKE + 1));
        startUnstake(provider, STAKE + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IProviderStake.InsufficientStake.selector, provider, STAKE, uint256(type(uint96).max) + 2
            )
        );
        startUnstake(provider, uint256(type(uint96).max) + 2);
    }

    function test_unstake_aNewRequestStartsAnew() external {
        startUnstake(provider, STAKE);
        vm.warp(NOW + 6 days);
        startUnstake(provider, USD);
        vm.warp(NOW + 7 days);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.UnstakeNotOver.selector, provider, NOW + 13 days));
        finishUnstake(provider);
        vm.warp(NOW + 13 days);
        finishUnstake(provider);
        vm.assertEq(staked(), STAKE - USD, "only the later request");
    }

    function test_unstake_isTakenBackWithZero() external {
        startUnstake(provider, STAKE);
        vm.expectEmit(address(stakes));
        emit IProviderStake.Unstaking(provider, 0, 0);
        startUnstake(provider, 0);
        vm.warp(NOW + 7 days);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.NothingLeaving.selector, provider));
        finishUnstake(provider);
    }

    function test_unstake_refusesBadRecipients() external {
        startUnstake(provider, STAKE);
        vm.warp(NOW + 7 days);
        vm.startPrank(provider);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.ZeroAddress.selector, "to"));
        stakes.finishUnstake(address(0));
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.InvalidRecipient.selector, address(stakes)));
        stakes.finishUnstake(address(stakes));
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.InvalidRecipient.selector, address(usdc)));
        stakes.finishUnstake(address(usdc));
    }

    // Credits and burning

    function test_withdrawCredit_partThenRest() external {
        equivocation(papers());
        uint256 credit = stakes.creditOf(challenger);
        vm.expectEmit(address(stakes));
        emit IProviderStake.CreditWithdrawn(challenger, stranger, 1);
        vm.startPrank(challenger);
        stakes.withdrawCredit(stranger, 1);
        vm.assertEq(usdc.balanceOf(stranger), 1, "paid");
        vm.assertEq(stakes.creditOf(challenger), credit - 1, "left");
        stakes.withdrawCredit(challenger, credit - 1);
        vm.assertEq(usdc.balanceOf(challenger), credit - 1, "paid the rest");
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.InsufficientCredit.selector, challenger, 0, 1));
        stakes.withdrawCredit(challenger, 1);
    }

    function test_withdrawCredit_refuses() external {
        vm.expectRevert(IProviderStake.ZeroAmount.selector);
        stakes.withdrawCredit(stranger, 0);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.ZeroAddress.selector, "to"));
        stakes.withdrawCredit(address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.InvalidRecipient.selector, address(stakes)));
        stakes.withdrawCredit(address(stakes), 1);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.InvalidRecipient.selector, address(usdc)));
        stakes.withdrawCredit(address(usdc), 1);
    }

    function test_burn_anyoneSendsAllToTheGrave() external {
        equivocation(papers());
        vm.expectEmit(address(stakes));
        emit IProviderStake.Burned(STAKE / 2);
        vm.prank(stranger);
        stakes.burn();
        vm.assertEq(usdc.balanceOf(0x000000000000000000000000000000000000dEaD), STAKE / 2, "in the grave");
        vm.assertEq(stakes.burnable(), 0, "burnable");
        vm.expectRevert(IProviderStake.ZeroAmount.selector);
        stakes.burn();
    }

    function expectWrongSigner(string memory what, address expected, address found) private {
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.WrongSigner.selector, what, expected, found));
    }
}
