// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IProviderStake} from "../contracts/interfaces/IProviderStake.sol";
import {ProviderStake} from "../contracts/ProviderStake.sol";
import {CrookedToken, HookedToken} from "./support/HostileTokens.sol";
import {StakeFixture} from "./support/StakeFixture.sol";

/// @notice Tokens that call back, take a share, pause, or block an account.
contract ProviderStakeTokensTest is StakeFixture {
    address private constant GRAVE = 0x000000000000000000000000000000000000dEaD;

    // Calling back

    function test_reentrancy_intoWhateverTouchesTheToken() external {
        HookedToken token = useHooked();
        bytes[5] memory inner = touching();
        for (uint256 outer; outer < 5; ++outer) {
            for (uint256 i; i < 5; ++i) {
                token.hook(address(stakes), inner[i]);
                uint256 snapshot = vm.snapshotState();
                run(outer);
                vm.assertEq(
                    token.answer(),
                    abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector),
                    "not stopped by the guard"
                );
                vm.revertToState(snapshot);
            }
        }
    }

    /// @dev What touches no token may be called back: the books must be right by then.
    function test_reentrancy_intoTheRest() external {
        HookedToken token = useHooked();
        bytes32 id = open(papers());
        vm.warp(NOW + 48 hours + 1);
        token.hook(address(stakes), abi.encodeCall(ProviderStake.expireDispute, (id)));
        token.setEarly(true);
        fund(stranger, USD);
        vm.prank(stranger);
        stakes.stake(USD);
        vm.assertTrue(token.succeeded(), "expired during a transfer");
        vm.assertEq(stakes.stakeOf(stranger).amount, USD, "staked");
        vm.assertEq(openDisputes(), 0, "ended");
        uint256 owed = staked() + USD + stakes.creditOf(provider) + stakes.burnable() + stakes.creditOf(challenger)
            + stakes.creditOf(requester);
        vm.assertEq(usdc.balanceOf(address(stakes)), owed, "held is owed");
    }

    // Delivering another amount

    function test_crooked_stakeIsRefused() external {
        CrookedToken token = useCrooked();
        fund(stranger, 10 * USD);
        token.setSkew(-1);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.UnexpectedTransfer.selector, USD - 1, USD));
        vm.prank(stranger);
        stakes.stake(USD);
        token.setSkew(1);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.UnexpectedTransfer.selector, USD + 1, USD));
        vm.prank(stranger);
        stakes.stake(USD);
        vm.assertEq(stakes.stakeOf(stranger).amount, 0, "staked");
    }

    function test_crooked_bondIsRefused() external {
        CrookedToken token = useCrooked();
        IProviderStake.Evidence memory e = papers();
        fund(challenger, BOND);
        token.setSkew(-1);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.UnexpectedTransfer.selector, BOND - 1, BOND));
        vm.prank(challenger);
        stakes.openDispute(e, panel_(), ROOT);
        vm.assertEq(openDisputes(), 0, "open disputes");
    }

    function test_lying_nothingArrives() external {
        HookedToken token = useHooked();
        token.setSkipTransfer(true);
        fund(stranger, USD);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.UnexpectedTransfer.selector, 0, USD));
        vm.prank(stranger);
        stakes.stake(USD);
    }

    // Blocking an account

    function test_blacklisted_requesterStopsNoVerdict() external {
        bytes32 id = open(papers());
        usdc.blacklist(requester);
        resolve(id, true, USD);
        withdrawAll(challenger, challenger);
        vm.expectRevert(bytes("Blacklistable: account is blacklisted"));
        vm.prank(requester);
        stakes.withdrawCredit(requester, USD);
        withdrawAll(requester, stranger);
        vm.assertEq(usdc.balanceOf(stranger), USD, "paid elsewhere");
    }

    function test_blacklisted_challengerStopsNoVerdict() external {
        bytes32 id = open(papers());
        usdc.blacklist(challenger);
        resolve(id, true, USD);
        withdrawAll(requester, requester);
        vm.assertEq(usdc.balanceOf(requester), USD, "paid");
    }

    function test_blacklisted_providerIsSlashedAndMayLeave() external {
        usdc.blacklist(provider);
        resolve(open(papers()), true, USD);
        resolve(open(papers("second")), false, 0);
        startUnstake(provider, staked());
        vm.warp(NOW + 7 days);
        vm.expectRevert(bytes("Blacklistable: account is blacklisted"));
        finishUnstake(provider);
        vm.prank(provider);
        stakes.finishUnstake(stranger);
        vm.assertEq(usdc.balanceOf(stranger), STAKE - AT_RISK, "paid elsewhere");
    }

    function test_blacklisted_graveStopsBurningOnly() external {
        equivocation(papers());
        usdc.blacklist(GRAVE);
        vm.expectRevert(bytes("Blacklistable: account is blacklisted"));
        stakes.burn();
        vm.assertEq(stakes.burnable(), STAKE / 2, "still booked apart");
        withdrawAll(challenger, challenger);
    }

    function test_paused_judgingGoesOn() external {
        bytes32 guilty = open(papers());
        bytes32 silent = open(papers("second"));
        usdc.pause();
        resolve(guilty, true, USD);
        vm.warp(NOW + 48 hours + 1);
        stakes.expireDispute(silent);
        startUnstake(provider, USD);
        equivocation(papers("third"));
        vm.assertEq(staked(), 0, "slashed");
        vm.expectRevert(bytes("Pausable: paused"));
        vm.prank(requester);
        stakes.withdrawCredit(requester, USD);
        vm.expectRevert(bytes("Pausable: paused"));
        stakes.burn();
        usdc.unpause();
        withdrawAll(requester, requester);
        withdrawAll(challenger, challenger);
        withdrawAll(provider, provider);
        stakes.burn();
        vm.assertEq(usdc.balanceOf(address(stakes)), 0, "all is paid out");
    }

    // How

    function useHooked() private returns (HookedToken token) {
        token = new HookedToken();
        usdc = token;
        restart();
    }

    function useCrooked() private returns (CrookedToken token) {
        token = new CrookedToken();
        usdc = token;
        restart();
    }

    function restart() private {
        stakes = deploy();
        stake(provider, STAKE);
        setJobKey(provider, jobKey);
    }

    /// @notice One call of each function that touches the token.
    function touching() private view returns (bytes[5] memory) {
        return [
            abi.encodeCall(ProviderStake.stake, (1)),
            abi.encodeCall(ProviderStake.finishUnstake, (stranger)),
            abi.encodeCall(ProviderStake.openDispute, (papers(), panel_(), ROOT)),
            abi.encodeCall(ProviderStake.withdrawCredit, (stranger, 1)),
            abi.encodeCall(ProviderStake.burn, ())
        ];
    }

    /// @notice Makes one of those calls with success.
    function run(uint256 which) private {
        if (which == 0) return stake(stranger, USD);
        if (which == 1) {
            startUnstake(provider, USD);
            vm.warp(NOW + 7 days);
            return finishUnstake(provider);
        }
        if (which == 2) {
            open(papers());
            return;
        }
        equivocation(papers("second"));
        if (which == 3) return withdrawAll(challenger, challenger);
        stakes.burn();
    }

    function withdrawAll(address who, address to) private {
        uint256 credit = stakes.creditOf(who);
        vm.prank(who);
        stakes.withdrawCredit(to, credit);
    }
}
