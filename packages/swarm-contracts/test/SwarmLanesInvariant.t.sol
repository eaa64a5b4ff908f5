// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISwarmLanes} from "../contracts/interfaces/ISwarmLanes.sol";
import {LanesHandler} from "./support/LanesHandler.sol";
import {InvariantTest} from "./support/Test.sol";

/// @notice What holds after any sequence of calls.
/// forge-config: default.invariant.fail-on-revert = true
contract SwarmLanesInvariantTest is InvariantTest {
    LanesHandler private handler;
    ISwarmLanes private lanes;
    IERC20 private usdc;

    function setUp() external {
        handler = new LanesHandler();
        (ISwarmLanes lanes_, address usdc_) = handler.contracts();
        (lanes, usdc) = (lanes_, IERC20(usdc_));
        bytes4[] memory selectors = new bytes4[](12);
        selectors[0] = LanesHandler.depositFor.selector;
        selectors[1] = LanesHandler.depositByAuthorization.selector;
        selectors[2] = LanesHandler.giveTokens.selector;
        selectors[3] = LanesHandler.open.selector;
        selectors[4] = LanesHandler.topUp.selector;
        selectors[5] = LanesHandler.claim.selector;
        selectors[6] = LanesHandler.startClose.selector;
        selectors[7] = LanesHandler.finishClose.selector;
        selectors[8] = LanesHandler.release.selector;
        selectors[9] = LanesHandler.withdrawDeposit.selector;
        selectors[10] = LanesHandler.withdrawEarnings.selector;
        selectors[11] = LanesHandler.pass.selector;
        target(address(handler), selectors);
    }

    function invariant_books() external view {
        uint256 owed = tokensOwedToPeople() + tokensInLiveLanes();
        vm.assertEq(usdc.balanceOf(address(lanes)), owed + handler.gifts(), "tokens held = sum of what is owed");
        oneClosedLaneStaysClosed();
    }

    /// @dev A campaign whose calls all came to nothing would prove nothing.
    function afterInvariant() external view {
        for (uint256 i; i < handler.laneCount(); ++i) {
            if (handler.bookOf(i).closed) requireClosed(handler.bookOf(i));
        }
        if (handler.calls() < 32) return; // too few to speak of a share
        vm.assertGt(handler.done() * 100 / handler.calls(), 50, "share of calls that did something, in percent");
        if (handler.calls() < 1000) return;
        vm.assertGt(handler.claimedRows() * 100 / handler.calls(), 5, "vouchers that paid, per hundred calls");
    }

    /// @dev Of each person exactly what the model says: no lane spends another's, no withdrawal another's.
    function tokensOwedToPeople() private view returns (uint256 owed) {
        for (uint256 i; i < handler.PEOPLE(); ++i) {
            address person = handler.person(i);
            (uint256 free,) = lanes.accountOf(person);
            uint256 earned = lanes.earningsOf(person);
            vm.assertEq(free, handler.freeOf(person), "free deposit as in the model");
            vm.assertEq(earned, handler.earnedBy(person), "earnings as in the model");
            owed += free + earned;
        }
    }

    function tokensInLiveLanes() private view returns (uint256 owed) {
        uint256 count = handler.liveCount();
        for (uint256 i; i < count; ++i) {
            LanesHandler.Book memory book = handler.liveBook(i);
            ISwarmLanes.LaneState memory state = lanes.laneState(book.laneId);
            vm.assertLe(state.claimed, state.funded, "no claim above a lane's funding");
            vm.assertLe(state.claimed, book.signed, "no claim above what was signed");
            vm.assertEq(state.claimed, book.claimed, "claimed as in the model, which never lets it fall");
            vm.assertEq(state.funded, book.funded, "funded as in the model");
            vm.assertEq(state.closesAt, book.closesAt, "the window as in the model");
            owed += state.funded - state.claimed;
        }
    }

    /// @dev One a call, in turn; all of them at the end of a run.
    function oneClosedLaneStaysClosed() private view {
        uint256 count = handler.laneCount();
        if (count == 0) return;
        LanesHandler.Book memory book = handler.bookOf(handler.calls() % count);
        if (book.closed) requireClosed(book);
    }

    function requireClosed(LanesHandler.Book memory book) private view {
        ISwarmLanes.LaneState memory state = lanes.laneState(book.laneId);
        vm.assertEq(state.closesAt, type(uint48).max, "closed lanes stay closed");
        vm.assertEq(state.claimed, book.claimed, "and pay nothing more");
        vm.assertEq(state.funded, book.claimed, "and hold nothing");
    }
}
