// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ISwarmLanes} from "../contracts/interfaces/ISwarmLanes.sol";
import {SwarmLanes} from "../contracts/SwarmLanes.sol";
import {Lane} from "../contracts/SwarmTypes.sol";
import {Authorization} from "./support/Authorization.sol";
import {CrookedToken, HookedToken} from "./support/HostileTokens.sol";
import {LanesFixture} from "./support/LanesFixture.sol";

/// @notice What happens when USDC is paused or blacklists somebody.
contract SwarmLanesFrozenTokenTest is LanesFixture {
    bytes private constant PAUSED = "Pausable: paused";
    bytes private constant LISTED = "Blacklistable: account is blacklisted";

    Lane private lane;

    function setUp() public override {
        super.setUp();
        (lane,) = openLane(5 * USD);
        deposit(payer.account, USD);
        claim(lane, uint128(USD));
    }

    /// @dev Nothing moves in or out, and nothing is lost; lanes, claims and closes go on, for they move no tokens.
    function test_paused_onlyTokensStandStill() external {
        usdc.mint(stranger, USD);
        vm.prank(stranger);
        usdc.approve(address(lanes), USD);
        usdc.pause();
        vm.prank(stranger);
        vm.expectRevert(PAUSED);
        lanes.deposit(stranger, USD);
        vm.prank(payer.account);
        vm.expectRevert(PAUSED);
        lanes.withdrawDeposit(payer.account, USD);
        vm.prank(provider);
        vm.expectRevert(PAUSED);
        lanes.withdrawEarnings(provider, USD);

        claim(lane, uint128(2 * USD));
        startClose(lane);
        vm.warp(block.timestamp + WINDOW);
        lanes.finishClose(lane);
        vm.prank(payer.account);
        lanes.openLane(provider, signer.account, WINDOW, USD);

        usdc.unpause();
        vm.prank(provider);
        lanes.withdrawEarnings(provider, 2 * USD);
        vm.prank(payer.account);
        lanes.withdrawDeposit(payer.account, 3 * USD);
        vm.assertEq(usdc.balanceOf(provider), 2 * USD, "earnings came through");
        vm.assertEq(usdc.balanceOf(payer.account), 3 * USD, "deposit came through");
    }

    /// @dev USDC checks the ends of the transfer: this contract and the recipient. The provider is neither.
    function test_blacklistedProvider_claims_andPullsToAnotherAddress() external {
        usdc.blacklist(provider);
        claim(lane, uint128(2 * USD));
        vm.startPrank(provider);
        vm.expectRevert(LISTED);
        lanes.withdrawEarnings(provider, 2 * USD);
        lanes.withdrawEarnings(stranger, 2 * USD);
        vm.stopPrank();
        vm.assertEq(usdc.balanceOf(stranger), 2 * USD, "paid elsewhere");
    }

    function test_blacklistedProvider_doesNotHoldThePayersMoney() external {
        usdc.blacklist(provider);
        startClose(lane);
        vm.warp(block.timestamp + WINDOW);
        lanes.finishClose(lane);
        vm.prank(payer.account);
        lanes.withdrawDeposit(payer.account, 5 * USD);
        vm.assertEq(usdc.balanceOf(payer.account), 5 * USD, "all that was not claimed");
    }

    function test_blacklistedPayer_cannotDeposit_butWithdrawsElsewhere() external {
        usdc.mint(payer.account, USD);
        vm.prank(payer.account);
        usdc.approve(address(lanes), USD);
        usdc.blacklist(payer.account);
        vm.startPrank(payer.account);
        vm.expectRevert(LISTED);
        lanes.deposit(payer.account, USD);
        vm.expectRevert(LISTED);
        lanes.withdrawDeposit(payer.account, USD);
        lanes.withdrawDeposit(stranger, USD);
        vm.stopPrank();
        claim(lane, uint128(2 * USD));
        vm.assertEq(lanes.earningsOf(provider), 2 * USD, "its vouchers are still good");
    }

    /// @dev The one thing that nothing on our side mends. Bookkeeping goes on, so all is as before if Circle relents.
    function test_blacklistedContract_freezesAllTokens_notTheBooks() external {
        usdc.blacklist(address(lanes));
        vm.prank(provider);
        vm.expectRevert(LISTED);
        lanes.withdrawEarnings(stranger, USD);
        vm.prank(payer.account);
        vm.expectRevert(LISTED);
        lanes.withdrawDeposit(stranger, USD);
        claim(lane, uint128(2 * USD));
        usdc.unBlacklist(address(lanes));
        vm.prank(provider);
        lanes.withdrawEarnings(provider, 2 * USD);
    }

    function test_tokenThatAnswersFalse_isNotBelieved() external {
        bytes memory refusal = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(usdc));
        vm.mockCall(address(usdc), abi.encodeWithSelector(IERC20.transfer.selector), abi.encode(false));
        vm.mockCall(address(usdc), abi.encodeWithSelector(IERC20.transferFrom.selector), abi.encode(false));
        vm.prank(provider);
        vm.expectRevert(refusal);
        lanes.withdrawEarnings(provider, USD);
        vm.prank(payer.account);
        vm.expectRevert(refusal);
        lanes.withdrawDeposit(payer.account, USD);
        vm.expectRevert(refusal);
        lanes.deposit(payer.account, USD);
        vm.clearMockedCalls();
        vm.assertEq(lanes.earningsOf(provider), USD, "earnings stand");
        vm.assertEq(free(payer.account), USD, "deposit stands");
    }
}

/// @notice A token that delivers another amount than was asked.
contract SwarmLanesCrookedTokenTest is LanesFixture, Authorization {
    CrookedToken private crooked;

    function setUp() public override {
        super.setUp();
        crooked = new CrookedToken();
        usdc = crooked;
        lanes = new SwarmLanes(address(crooked));
    }

    function test_deposit_refusesAFee_evenOfOneUnit() external {
        requireRefused(-1);
    }

    function test_deposit_refusesAGift_evenOfOneUnit() external {
        requireRefused(1);
    }

    function test_deposit_refusesATokenThatOnlySaysItMoved() external {
        requireRefused(-int256(USD));
    }

    function test_deposit_takesTheExactAmount() external {
        deposit(payer.account, USD);
        vm.assertEq(free(payer.account), USD, "credited");
    }

    function requireRefused(int256 skew) private {
        crooked.mint(payer.account, 3 * USD);
        vm.prank(payer.account);
        crooked.approve(address(lanes), 3 * USD);
        crooked.setSkew(skew);
        uint256 received = uint256(int256(USD) + skew);
        bytes memory refusal = abi.encodeWithSelector(ISwarmLanes.UnexpectedTransfer.selector, received, USD);
        vm.prank(payer.account);
        vm.expectRevert(refusal);
        lanes.deposit(payer.account, USD);

        Terms memory t = terms(payer.account, address(lanes), USD);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(payer.secret, authorizationDigest(address(crooked), "Receive", t));
        vm.expectRevert(refusal);
        lanes.depositWithAuthorization(t.from, t.value, t.validAfter, t.validBefore, t.nonce, v, r, s);
        vm.assertEq(free(payer.account), 0, "nothing credited");
        vm.assertEq(crooked.balanceOf(address(lanes)), 0, "nothing kept");
    }
}

/// @notice A token that calls back in the middle of a transfer. The token itself has deposit and earnings here, so its
/// calls fail for nothing but the guard.
contract SwarmLanesReentrancyTest is LanesFixture, Authorization {
    HookedToken private hooked;

    function setUp() public override {
        super.setUp();
        hooked = new HookedToken();
        usdc = hooked;
        lanes = new SwarmLanes(address(hooked));
        deposit(address(hooked), 4 * USD);
        (Lane memory lane,) = openLane(address(hooked), 4 * USD);
        claim(lane, uint128(4 * USD));
        hooked.mint(address(hooked), 4 * USD);
        hooked.callAs(address(hooked), abi.encodeCall(hooked.approve, (address(lanes), 4 * USD)));
    }

    function test_hookCallsWork_whenNotInTheMiddle() external {
        bytes[4] memory calls = guardedCalls();
        for (uint256 i; i < calls.length; ++i) {
            hooked.callAs(address(lanes), calls[i]);
        }
    }

    function test_nothingThatTouchesTheTokenCanBeReentered() external {
        deposit(payer.account, 8 * USD);
        (Lane memory lane,) = openLane(8 * USD);
        claim(lane, uint128(8 * USD));
        bytes[4] memory calls = guardedCalls();
        for (uint256 when; when < 2; ++when) {
            hooked.setEarly(when == 0);
            for (uint256 i; i < calls.length; ++i) {
                uint256 held = hooked.balanceOf(address(lanes));
                hooked.hook(address(lanes), calls[i]);
                vm.prank(payer.account);
                lanes.withdrawDeposit(payer.account, USD);
                requireGuarded();
                hooked.hook(address(lanes), calls[i]);
                vm.prank(provider);
                lanes.withdrawEarnings(provider, USD);
                requireGuarded();
                vm.assertEq(hooked.balanceOf(address(lanes)), held - 2 * USD, "what was asked left, and no more");
            }
        }
    }

    function test_depositsCannotBeReentered() external {
        bytes[4] memory calls = guardedCalls();
        hooked.mint(payer.account, 8 * USD);
        vm.prank(payer.account);
        hooked.approve(address(lanes), 8 * USD);
        for (uint256 i; i < calls.length; ++i) {
            hooked.hook(address(lanes), calls[i]);
            vm.prank(payer.account);
            lanes.deposit(payer.account, USD);
            requireGuarded();
            hooked.hook(address(lanes), calls[i]);
            Terms memory t = terms(payer.account, address(lanes), USD);
            t.nonce = bytes32(i);
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(payer.secret, authorizationDigest(address(hooked), "Receive", t));
            lanes.depositWithAuthorization(t.from, t.value, t.validAfter, t.validBefore, t.nonce, v, r, s);
            requireGuarded();
        }
        vm.assertEq(free(payer.account), 8 * USD, "credited for each");
    }

    /// @dev Effects come before the transfer: in the middle of it the books already show it.
    function test_booksAreRightInTheMiddleOfATransfer() external {
        deposit(payer.account, 2 * USD);
        hooked.setEarly(true);
        hooked.hook(address(lanes), abi.encodeCall(ISwarmLanes.accountOf, (payer.account)));
        vm.prank(payer.account);
        lanes.withdrawDeposit(payer.account, 2 * USD);
        (uint256 seen,) = abi.decode(hooked.answer(), (uint256, uint64));
        vm.assertEq(seen, 0, "deposit is gone before its tokens");

        hooked.hook(address(lanes), abi.encodeCall(ISwarmLanes.earningsOf, (address(hooked))));
        hooked.callAs(address(lanes), abi.encodeCall(ISwarmLanes.withdrawEarnings, (stranger, 4 * USD)));
        vm.assertEq(abi.decode(hooked.answer(), (uint256)), 0, "earnings are gone before their tokens");
    }

    /// @dev Opening a lane moves no tokens, so it is not guarded: but a deposit whose tokens do not come undoes it all.
    function test_creditThatWasNeverPaid_buysNothing() external {
        hooked.setSkipTransfer(true);
        bytes memory open = abi.encodeCall(ISwarmLanes.openLane, (provider, signer.account, WINDOW, 5 * USD));
        hooked.hook(address(lanes), open);
        bytes memory refusal = abi.encodeWithSelector(ISwarmLanes.UnexpectedTransfer.selector, 0, USD);
        vm.expectRevert(refusal);
        hooked.callAs(address(lanes), abi.encodeCall(ISwarmLanes.deposit, (address(hooked), USD)));
        (uint256 left, uint64 opened) = lanes.accountOf(address(hooked));
        vm.assertEq(left, 4 * USD, "deposit as before");
        vm.assertEq(opened, 0, "no lane");
    }

    function guardedCalls() private view returns (bytes[4] memory) {
        return [
            abi.encodeCall(ISwarmLanes.withdrawEarnings, (stranger, USD)),
            abi.encodeCall(ISwarmLanes.withdrawDeposit, (stranger, USD)),
            abi.encodeCall(ISwarmLanes.deposit, (stranger, USD)),
            abi.encodeCall(ISwarmLanes.deposit, (address(hooked), USD))
        ];
    }

    function requireGuarded() private view {
        vm.assertTrue(!hooked.succeeded(), "the call back failed");
        bytes memory guard = abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        vm.assertEq(hooked.answer(), guard, "because of the guard");
    }
}
