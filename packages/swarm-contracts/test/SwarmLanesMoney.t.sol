// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ISwarmLanes} from "../contracts/interfaces/ISwarmLanes.sol";
import {SwarmLanes} from "../contracts/SwarmLanes.sol";
import {Lane} from "../contracts/SwarmTypes.sol";
import {Authorization} from "./support/Authorization.sol";
import {LanesFixture} from "./support/LanesFixture.sol";

/// @notice How money comes in and goes out.
contract SwarmLanesMoneyTest is LanesFixture, Authorization {
    uint256 private constant MOST = type(uint104).max;

    function test_constructor_refusesNoToken() external {
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.ZeroAddress.selector, "usdc"));
        new SwarmLanes(address(0));
    }

    function test_views() external view {
        vm.assertEq(lanes.usdc(), address(usdc), "token");
        vm.assertEq(lanes.LEAST_CLOSE_WINDOW(), 3600, "least window");
        vm.assertEq(lanes.MOST_CLOSE_WINDOW(), 2_592_000, "most window");
    }

    function test_eip712Domain() external view {
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        ) = lanes.eip712Domain();
        vm.assertEq(uint8(fields), 0x0f, "name, version, chain and contract, no salt");
        vm.assertEq(name, "Unhosted SwarmLanes", "name");
        vm.assertEq(version, "1", "version");
        vm.assertEq(chainId, block.chainid, "chain");
        vm.assertEq(verifyingContract, address(lanes), "contract");
        vm.assertEq(salt, bytes32(0), "salt");
        vm.assertEq(extensions.length, 0, "extensions");
    }

    // deposit

    function test_deposit_creditsThePayer_whoeverPays() external {
        usdc.mint(stranger, 5 * USD);
        vm.startPrank(stranger);
        usdc.approve(address(lanes), 5 * USD);
        vm.expectEmit(address(lanes));
        emit ISwarmLanes.Deposited(payer.account, 5 * USD);
        lanes.deposit(payer.account, 5 * USD);
        vm.stopPrank();
        vm.assertEq(free(payer.account), 5 * USD, "credited");
        vm.assertEq(free(stranger), 0, "the one who paid has nothing");
        vm.assertEq(usdc.balanceOf(address(lanes)), 5 * USD, "held");
    }

    function test_deposit_addsUp() external {
        deposit(payer.account, 2 * USD);
        deposit(payer.account, 3 * USD);
        vm.assertEq(free(payer.account), 5 * USD, "sum");
    }

    function test_deposit_refusesNoPayer() external {
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.ZeroAddress.selector, "payer"));
        lanes.deposit(address(0), USD);
    }

    function test_deposit_refusesNothing() external {
        vm.expectRevert(ISwarmLanes.ZeroAmount.selector);
        lanes.deposit(payer.account, 0);
    }

    function test_deposit_refusesMoreThanFitsALane() external {
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.AmountTooLarge.selector, MOST + 1, MOST));
        lanes.deposit(payer.account, MOST + 1);
    }

    function test_deposit_takesTheMostTwice() external {
        deposit(payer.account, MOST);
        deposit(payer.account, MOST);
        vm.assertEq(free(payer.account), 2 * MOST, "an account holds more than one lane can");
    }

    function test_deposit_needsAllowance() external {
        usdc.mint(stranger, USD);
        vm.prank(stranger);
        vm.expectRevert("ERC20: transfer amount exceeds allowance");
        lanes.deposit(stranger, USD);
        vm.assertEq(free(stranger), 0, "the booking went with the transfer");
    }

    // depositWithAuthorization

    function test_authorization_creditsThePayer_whoeverSendsIt() external {
        usdc.mint(payer.account, 5 * USD);
        Terms memory t = terms(payer.account, address(lanes), 5 * USD);
        vm.expectEmit(address(lanes));
        emit ISwarmLanes.Deposited(payer.account, 5 * USD);
        vm.prank(stranger);
        depositByAuthorization(t);
        vm.assertEq(free(payer.account), 5 * USD, "credited");
        vm.assertEq(free(stranger), 0, "the sender has nothing");
        vm.assertEq(usdc.balanceOf(address(lanes)), 5 * USD, "held");
    }

    function test_authorization_isGoodOnce() external {
        usdc.mint(payer.account, 5 * USD);
        Terms memory t = terms(payer.account, address(lanes), 2 * USD);
        depositByAuthorization(t);
        vm.expectRevert("FiatTokenV2: authorization is used or canceled");
        this.depositByAuthorization(t);
        vm.assertEq(free(payer.account), 2 * USD, "credited once");
    }

    /// @dev Whoever sees it in the mempool cannot take the tokens past the bookkeeping.
    function test_authorization_cannotBeSpentAtTheToken() external {
        usdc.mint(payer.account, USD);
        Terms memory t = terms(payer.account, address(lanes), USD);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(payer.secret, authorizationDigest(address(usdc), "Receive", t));
        vm.prank(stranger);
        vm.expectRevert("FiatTokenV2: caller must be the payee");
        usdc.receiveWithAuthorization(t.from, t.to, t.value, t.validAfter, t.validBefore, t.nonce, v, r, s);
    }

    function test_authorization_isForThisAmountAndPayer() external {
        usdc.mint(payer.account, 5 * USD);
        Terms memory t = terms(payer.account, address(lanes), 2 * USD);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(payer.secret, authorizationDigest(address(usdc), "Receive", t));
        vm.expectRevert("FiatTokenV2: invalid signature");
        lanes.depositWithAuthorization(t.from, 3 * USD, t.validAfter, t.validBefore, t.nonce, v, r, s);
        vm.expectRevert("FiatTokenV2: invalid signature");
        lanes.depositWithAuthorization(stranger, t.value, t.validAfter, t.validBefore, t.nonce, v, r, s);
    }

    function test_authorization_isForThisContract() external {
        usdc.mint(payer.account, USD);
        Terms memory t = terms(payer.account, address(lanes), USD);
        SwarmLanes other = new SwarmLanes(address(usdc));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(payer.secret, authorizationDigest(address(usdc), "Receive", t));
        vm.expectRevert("FiatTokenV2: invalid signature");
        other.depositWithAuthorization(t.from, t.value, t.validAfter, t.validBefore, t.nonce, v, r, s);
    }

    /// @dev Both bounds are excluded: validAfter < now < validBefore.
    function test_authorization_holdsStrictlyBetweenItsBounds() external {
        usdc.mint(payer.account, USD);
        Terms memory t = Terms(payer.account, address(lanes), USD, 1_900_000_000, 1_900_000_002, "bounds");
        vm.warp(1_900_000_000);
        vm.expectRevert("FiatTokenV2: authorization is not yet valid");
        this.depositByAuthorization(t);
        vm.warp(1_900_000_002);
        vm.expectRevert("FiatTokenV2: authorization is expired");
        this.depositByAuthorization(t);
        vm.warp(1_900_000_001);
        depositByAuthorization(t);
        vm.assertEq(free(payer.account), USD, "credited in the one second between");
    }

    function test_authorization_refusesWhatDepositRefuses() external {
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.ZeroAddress.selector, "payer"));
        lanes.depositWithAuthorization(address(0), USD, 0, 1, 0, 27, 0, 0);
        vm.expectRevert(ISwarmLanes.ZeroAmount.selector);
        lanes.depositWithAuthorization(payer.account, 0, 0, 1, 0, 27, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.AmountTooLarge.selector, MOST + 1, MOST));
        lanes.depositWithAuthorization(payer.account, MOST + 1, 0, 1, 0, 27, 0, 0);
    }

    // withdrawDeposit

    function test_withdrawDeposit_paysToAnyAddress() external {
        deposit(payer.account, 5 * USD);
        vm.expectEmit(address(lanes));
        emit ISwarmLanes.DepositWithdrawn(payer.account, stranger, 2 * USD);
        vm.prank(payer.account);
        lanes.withdrawDeposit(stranger, 2 * USD);
        vm.assertEq(usdc.balanceOf(stranger), 2 * USD, "paid");
        vm.assertEq(free(payer.account), 3 * USD, "left");
    }

    function test_withdrawDeposit_paysTheLastUnit_andNotOneMore() external {
        deposit(payer.account, USD);
        vm.startPrank(payer.account);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.InsufficientDeposit.selector, payer.account, USD, USD + 1));
        lanes.withdrawDeposit(stranger, USD + 1);
        lanes.withdrawDeposit(stranger, USD);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.InsufficientDeposit.selector, payer.account, 0, 1));
        lanes.withdrawDeposit(stranger, 1);
        vm.stopPrank();
    }

    function test_withdrawDeposit_leavesWhatIsInLanes() external {
        openLane(USD);
        vm.prank(payer.account);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.InsufficientDeposit.selector, payer.account, 0, USD));
        lanes.withdrawDeposit(payer.account, USD);
    }

    /// @dev The lane signer is a hot key: it may promise, not withdraw.
    function test_withdrawDeposit_isNotForTheLaneSigner() external {
        openLane(USD);
        deposit(payer.account, USD);
        vm.prank(signer.account);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.InsufficientDeposit.selector, signer.account, 0, USD));
        lanes.withdrawDeposit(signer.account, USD);
    }

    function test_withdrawDeposit_refusesNothing_andTooMuch() external {
        deposit(payer.account, USD);
        vm.startPrank(payer.account);
        vm.expectRevert(ISwarmLanes.ZeroAmount.selector);
        lanes.withdrawDeposit(payer.account, 0);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.AmountTooLarge.selector, MOST + 1, MOST));
        lanes.withdrawDeposit(payer.account, MOST + 1);
        vm.stopPrank();
    }

    // withdrawEarnings

    function test_withdrawEarnings_paysToAnyAddress() external {
        (Lane memory lane,) = openLane(5 * USD);
        claim(lane, uint128(3 * USD));
        vm.expectEmit(address(lanes));
        emit ISwarmLanes.EarningsWithdrawn(provider, stranger, 2 * USD);
        vm.prank(provider);
        lanes.withdrawEarnings(stranger, 2 * USD);
        vm.assertEq(usdc.balanceOf(stranger), 2 * USD, "paid");
        vm.assertEq(lanes.earningsOf(provider), USD, "left");
    }

    function test_withdrawEarnings_paysTheLastUnit_andNotOneMore() external {
        (Lane memory lane,) = openLane(5 * USD);
        claim(lane, uint128(3 * USD));
        vm.startPrank(provider);
        vm.expectRevert(
            abi.encodeWithSelector(ISwarmLanes.InsufficientEarnings.selector, provider, 3 * USD, 3 * USD + 1)
        );
        lanes.withdrawEarnings(provider, 3 * USD + 1);
        lanes.withdrawEarnings(provider, 3 * USD);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.InsufficientEarnings.selector, provider, 0, 1));
        lanes.withdrawEarnings(provider, 1);
        vm.stopPrank();
    }

    function test_withdrawEarnings_areOneSumOverAllLanes() external {
        (Lane memory first,) = openLane(USD);
        (Lane memory second,) = openLane(USD);
        claim(first, 300_000);
        claim(second, 500_000);
        vm.prank(provider);
        lanes.withdrawEarnings(provider, 800_000);
        vm.assertEq(usdc.balanceOf(provider), 800_000, "both at once");
    }

    function test_withdrawEarnings_refusesNothing() external {
        vm.prank(provider);
        vm.expectRevert(ISwarmLanes.ZeroAmount.selector);
        lanes.withdrawEarnings(provider, 0);
    }

    // Recipients from which nothing comes back

    function test_withdraw_refusesRecipientsThatLoseIt() external {
        (Lane memory lane,) = openLane(USD);
        claim(lane, uint128(USD));
        deposit(payer.account, USD);
        address[2] memory lost = [address(lanes), address(usdc)];
        for (uint256 i; i < lost.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(ISwarmLanes.InvalidRecipient.selector, lost[i]);
            vm.prank(payer.account);
            vm.expectRevert(refusal);
            lanes.withdrawDeposit(lost[i], USD);
            vm.prank(provider);
            vm.expectRevert(refusal);
            lanes.withdrawEarnings(lost[i], USD);
        }
        vm.prank(payer.account);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.ZeroAddress.selector, "to"));
        lanes.withdrawDeposit(address(0), USD);
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.ZeroAddress.selector, "to"));
        lanes.withdrawEarnings(address(0), USD);
    }

    function depositByAuthorization(Terms memory t) public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(payer.secret, authorizationDigest(address(usdc), "Receive", t));
        lanes.depositWithAuthorization(t.from, t.value, t.validAfter, t.validBefore, t.nonce, v, r, s);
    }
}
