// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IProviderStake} from "../contracts/interfaces/IProviderStake.sol";
import {StakeHandler} from "./support/StakeHandler.sol";
import {InvariantTest} from "./support/Test.sol";

/// @notice What holds after any sequence of calls.
/// forge-config: default.invariant.fail-on-revert = true
/// forge-config: default.invariant.shrink-run-limit = 200
contract ProviderStakeInvariantTest is InvariantTest {
    StakeHandler private handler;
    IProviderStake private stakes;
    IERC20 private usdc;

    function setUp() external {
        handler = new StakeHandler();
        (IProviderStake stakes_, address usdc_) = handler.contracts();
        (stakes, usdc) = (stakes_, IERC20(usdc_));
        bytes4[] memory selectors = new bytes4[](13);
        selectors[0] = StakeHandler.addStake.selector;
        selectors[1] = StakeHandler.rotate.selector;
        selectors[2] = StakeHandler.askBack.selector;
        selectors[3] = StakeHandler.takeOut.selector;
        selectors[4] = StakeHandler.dispute.selector;
        selectors[5] = StakeHandler.judge.selector;
        selectors[6] = StakeHandler.expire.selector;
        selectors[7] = StakeHandler.judgeAgain.selector;
        selectors[8] = StakeHandler.prove.selector;
        selectors[9] = StakeHandler.withdraw.selector;
        selectors[10] = StakeHandler.burn.selector;
        selectors[11] = StakeHandler.giveTokens.selector;
        selectors[12] = StakeHandler.pass.selector;
        target(address(handler), selectors);
    }

    function invariant_books() external view {
        uint256 owed = tokensStaked() + tokensCredited() + stakes.burnable();
        owed += handler.trialCount() * stakes.disputeBond();
        vm.assertEq(usdc.balanceOf(address(stakes)), owed + handler.gifts(), "tokens held = sum of what is owed");
        vm.assertEq(stakes.burnable(), handler.burnable(), "burnable as in the model");
        vm.assertEq(handler.escapes(), 0, "a stake cannot leave under dispute, nor within seven days of one");
        disputesAreCounted();
        slashesAddUp();
    }

    /// @dev A campaign whose calls all came to nothing would prove nothing. Short runs may start without a dispute.
    function afterInvariant() external view {
        if (handler.calls() < 32) return;
        vm.assertGt(handler.done() * 100 / handler.calls(), 40, "share of calls that did something, in percent");
        if (handler.calls() < 1000) return;
        string[8] memory all = [
            "leave",
            "dispute",
            "guilty",
            "guilty beyond the stake",
            "not guilty",
            "contradict",
            "charge",
            "proof under dispute"
        ];
        for (uint256 i; i < all.length; ++i) {
            vm.assertGt(handler.times(all[i]), 0, all[i]);
        }
    }

    function tokensStaked() private view returns (uint256 owed) {
        for (uint256 who; who < handler.PROVIDERS(); ++who) {
            StakeHandler.Book memory book = handler.bookOf(who);
            IProviderStake.Stake memory stake = stakes.stakeOf(book.provider);
            vm.assertLe(stake.leaving, stake.amount, "no more is leaving than there is");
            vm.assertEq(stake.amount, book.amount, "amount as in the model");
            vm.assertEq(stake.leaving, book.leaving, "leaving as in the model");
            vm.assertEq(stake.leavesAt, book.leavesAt, "leavesAt as in the model");
            owed += stake.amount;
        }
    }

    function tokensCredited() private view returns (uint256 owed) {
        for (uint256 i; i < handler.PEOPLE(); ++i) {
            address person = handler.person(i);
            uint256 credit = stakes.creditOf(person);
            vm.assertEq(credit, handler.creditOf(person), "credit as in the model");
            owed += credit;
        }
    }

    /// @dev The counter of each provider is that of its disputes that are open.
    function disputesAreCounted() private view {
        uint256[] memory open = new uint256[](handler.PROVIDERS());
        for (uint256 i; i < handler.trialCount(); ++i) {
            StakeHandler.Trial memory trial = handler.trialAt(i);
            IProviderStake.Dispute memory dispute = stakes.disputeOf(trial.id);
            vm.assertTrue(dispute.status == IProviderStake.Status.Open, "open as in the model");
            vm.assertEq(dispute.decidesBy, trial.decidesBy, "decidesBy as in the model");
            vm.assertEq(dispute.atRisk, trial.atRisk, "atRisk as in the model");
            vm.assertEq(dispute.refundCap, trial.refundCap, "refundCap as in the model");
            open[trial.who] += 1;
        }
        for (uint256 who; who < open.length; ++who) {
            vm.assertEq(stakes.stakeOf(handler.person(who)).openDisputes, open[who], "the counter is exact");
        }
    }

    function slashesAddUp() private view {
        StakeHandler.Totals memory all = handler.slashes();
        vm.assertEq(all.refunds + all.rewards + all.burned, all.slashed, "refunds + rewards + burned = slashed");
        vm.assertGe(2 * all.burned, all.slashed, "half is burned, or more");
    }
}
