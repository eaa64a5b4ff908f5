// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {MockUSDC} from "../contracts/mocks/MockUSDC.sol";
import {Authorization} from "./support/Authorization.sol";

/// @notice The token that stands for USDC in all other tests: what it refuses, and in which words.
contract MockUSDCTest is Authorization {
    bytes private constant PAUSED = "Pausable: paused";
    bytes private constant LISTED = "Blacklistable: account is blacklisted";
    bytes private constant BAD = "FiatTokenV2: invalid signature";
    uint256 private constant NOW = 1_800_000_000;

    MockUSDC private usdc;
    Key private alice = key("alice");
    address private bob = account("bob");
    address private carol = account("carol");

    function setUp() external {
        vm.warp(NOW);
        usdc = new MockUSDC();
        usdc.mint(alice.account, 100);
    }

    function test_metadata() external view {
        vm.assertEq(usdc.name(), "USD Coin", "name");
        vm.assertEq(usdc.symbol(), "USDC", "symbol");
        vm.assertEq(usdc.version(), "2", "version");
        vm.assertEq(usdc.decimals(), 6, "decimals");
        vm.assertEq(usdc.totalSupply(), 100, "supply");
    }

    // ERC-20

    function test_transfer() external {
        vm.expectEmit(address(usdc));
        emit MockUSDC.Transfer(alice.account, bob, 60);
        vm.prank(alice.account);
        vm.assertTrue(usdc.transfer(bob, 60), "answer");
        vm.assertEq(usdc.balanceOf(alice.account), 40, "alice");
        vm.assertEq(usdc.balanceOf(bob), 60, "bob");
    }

    function test_transfer_toOneselfChangesNothing() external {
        vm.prank(alice.account);
        usdc.transfer(alice.account, 60);
        vm.assertEq(usdc.balanceOf(alice.account), 100, "alice");
    }

    function test_transfer_refusals() external {
        vm.startPrank(alice.account);
        vm.expectRevert("ERC20: transfer amount exceeds balance");
        usdc.transfer(bob, 101);
        vm.expectRevert("ERC20: transfer to the zero address");
        usdc.transfer(address(0), 1);
        vm.expectRevert("ERC20: approve to the zero address");
        usdc.approve(address(0), 1);
        vm.stopPrank();
    }

    function test_transferFrom_spendsTheAllowance() external {
        vm.expectEmit(address(usdc));
        emit MockUSDC.Approval(alice.account, bob, 50);
        vm.prank(alice.account);
        vm.assertTrue(usdc.approve(bob, 50), "answer");
        vm.startPrank(bob);
        vm.assertTrue(usdc.transferFrom(alice.account, carol, 30), "answer");
        vm.assertEq(usdc.allowance(alice.account, bob), 20, "left");
        vm.expectRevert("ERC20: transfer amount exceeds allowance");
        usdc.transferFrom(alice.account, carol, 21);
        vm.stopPrank();
        vm.assertEq(usdc.balanceOf(carol), 30, "carol");
    }

    function test_transferFrom_spendsAnEndlessAllowanceToo() external {
        vm.prank(alice.account);
        usdc.approve(bob, type(uint256).max);
        vm.prank(bob);
        usdc.transferFrom(alice.account, bob, 1);
        vm.assertEq(usdc.allowance(alice.account, bob), type(uint256).max - 1, "left");
    }

    // Receive: only the payee, which is this contract

    function test_domainSeparator() external {
        vm.assertEq(usdc.DOMAIN_SEPARATOR(), domainSeparator(address(usdc)), "on this chain");
        vm.chainId(8453);
        vm.assertEq(usdc.DOMAIN_SEPARATOR(), domainSeparator(address(usdc)), "on another");
    }

    /// @dev The hash that the standard prints.
    function test_typehash() external view {
        vm.assertEq(
            usdc.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(),
            0xd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8,
            "receive"
        );
    }

    function test_receive_onceAndByThePayeeOnly() external {
        Terms memory t = terms(alice.account, address(this), 30);
        bytes memory signature = signed("Receive", t);
        vm.prank(bob);
        requireRefused(receiving(t, signature), "FiatTokenV2: caller must be the payee");
        vm.expectEmit(address(usdc));
        emit MockUSDC.AuthorizationUsed(alice.account, t.nonce);
        vm.expectEmit(address(usdc));
        emit MockUSDC.Transfer(alice.account, address(this), 30);
        requireDone(receiving(t, signature));
        vm.assertTrue(usdc.authorizationState(alice.account, t.nonce), "used");
        vm.assertEq(usdc.balanceOf(address(this)), 30, "paid");
        requireRefused(receiving(t, signature), "FiatTokenV2: authorization is used or canceled");
    }

    function test_receive_eachTermIsSigned() external {
        for (uint256 i; i < 5; ++i) {
            Terms memory t = terms(alice.account, address(this), 30);
            bytes memory signature = signed("Receive", t);
            if (i == 0) t.from = bob;
            if (i == 1) t.value = 31;
            if (i == 2) t.validAfter = 1;
            if (i == 3) t.validBefore -= 1;
            if (i == 4) t.nonce = "another";
            requireRefused(receiving(t, signature), BAD);
        }
        Terms memory forBob = terms(alice.account, bob, 30);
        requireRefused(receiving(terms(alice.account, address(this), 30), signed("Receive", forBob)), BAD);
        requireRefused(receiving(forBob, signed("Transfer", forBob)), "FiatTokenV2: caller must be the payee");
    }

    function test_receive_takesNoSignatureOfATransfer() external {
        Terms memory t = terms(alice.account, address(this), 30);
        requireRefused(receiving(t, signed("Transfer", t)), BAD);
    }

    function test_receive_boundsAreExcluded() external {
        Terms memory t = Terms(alice.account, address(this), 30, NOW, NOW + 2, "nonce");
        bytes memory signature = signed("Receive", t);
        requireRefused(receiving(t, signature), "FiatTokenV2: authorization is not yet valid");
        vm.warp(NOW + 2);
        requireRefused(receiving(t, signature), "FiatTokenV2: authorization is expired");
        vm.warp(NOW + 1);
        requireDone(receiving(t, signature));
    }

    function test_receive_moreThanTheBalanceIsRefused_andCanBeSentLater() external {
        Terms memory t = terms(alice.account, address(this), 101);
        bytes memory signature = signed("Receive", t);
        requireRefused(receiving(t, signature), "ERC20: transfer amount exceeds balance");
        usdc.mint(alice.account, 1);
        requireDone(receiving(t, signature));
    }

    function test_receive_twinsAndStrangeFormsAreRefused() external {
        Terms memory t = terms(alice.account, address(this), 30);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(alice.secret, authorizationDigest(address(usdc), "Receive", t));
        (uint8 twinV, bytes32 twinR, bytes32 twinS) = twin(v, r, s);
        bytes32 digest = authorizationDigest(address(usdc), "Receive", t);
        vm.assertEq(ecrecover(digest, twinV, twinR, twinS), alice.account, "the curve takes the twin");
        requireRefused(receiving(t, joined(twinV, twinR, twinS)), BAD);
        requireRefused(receiving(t, joined(v - 27, r, s)), BAD);
        requireDone(receiving(t, joined(v, r, s)));
    }

    function test_receive_notOnAnotherChain_norForAnotherToken() external {
        Terms memory t = terms(alice.account, address(this), 30);
        bytes memory signature = signed("Receive", t);
        vm.chainId(8453);
        requireRefused(receiving(t, signature), BAD);
        vm.chainId(31337);
        usdc = new MockUSDC();
        requireRefused(receiving(t, signature), BAD);
    }

    // Pause and blacklist

    function test_pause_stopsWhatMovesMoneyOrAllowances() external {
        Terms memory t = terms(alice.account, address(this), 30);
        bytes memory signature = signed("Receive", t);
        vm.expectEmit(address(usdc));
        emit MockUSDC.Pause();
        usdc.pause();
        requireRefused(abi.encodeCall(usdc.transfer, (bob, 0)), PAUSED);
        requireRefused(abi.encodeCall(usdc.transferFrom, (address(this), bob, 0)), PAUSED);
        requireRefused(abi.encodeCall(usdc.approve, (bob, 1)), PAUSED);
        requireRefused(receiving(t, signature), PAUSED);
        vm.expectEmit(address(usdc));
        emit MockUSDC.Unpause();
        usdc.unpause();
        requireDone(receiving(t, signature));
    }

    function test_blacklist_stopsEitherEndAndTheSpender() external {
        vm.prank(alice.account);
        usdc.approve(carol, 10);
        address[3] memory parties = [alice.account, bob, carol];
        for (uint256 i; i < parties.length; ++i) {
            vm.expectEmit(address(usdc));
            emit MockUSDC.Blacklisted(parties[i]);
            usdc.blacklist(parties[i]);
            vm.assertTrue(usdc.isBlacklisted(parties[i]), "listed");
            vm.prank(carol);
            requireRefused(abi.encodeCall(usdc.transferFrom, (alice.account, bob, 1)), LISTED);
            vm.expectEmit(address(usdc));
            emit MockUSDC.UnBlacklisted(parties[i]);
            usdc.unBlacklist(parties[i]);
        }
        vm.prank(carol);
        usdc.transferFrom(alice.account, bob, 1);
    }

    function test_blacklist_stopsTransfersAndMints() external {
        usdc.blacklist(alice.account);
        vm.prank(alice.account);
        requireRefused(abi.encodeCall(usdc.transfer, (bob, 1)), LISTED);
        requireRefused(abi.encodeCall(usdc.transfer, (alice.account, 0)), LISTED);
        requireRefused(abi.encodeCall(usdc.mint, (alice.account, 1)), LISTED);
        vm.assertEq(usdc.balanceOf(alice.account), 100, "the balance is untouched");
    }

    function test_blacklist_stopsReceiving_ofEitherEnd() external {
        Terms memory t = terms(alice.account, address(this), 30);
        bytes memory signature = signed("Receive", t);
        usdc.blacklist(t.from);
        requireRefused(receiving(t, signature), LISTED);
        usdc.unBlacklist(t.from);
        usdc.blacklist(t.to);
        requireRefused(receiving(t, signature), LISTED);
    }

    function test_blacklist_doesNotStopApprovals() external {
        usdc.blacklist(alice.account);
        vm.prank(alice.account);
        usdc.approve(bob, 5);
        usdc.approve(alice.account, 5);
        vm.assertEq(usdc.allowance(alice.account, bob), 5, "by a listed account");
        vm.assertEq(usdc.allowance(address(this), alice.account), 5, "for a listed account");
    }

    // Offices

    function test_mint() external {
        vm.expectEmit(address(usdc));
        emit MockUSDC.Transfer(address(0), bob, 4);
        vm.assertTrue(usdc.mint(bob, 4), "answer");
        vm.assertEq(usdc.balanceOf(bob), 4, "bob");
        vm.assertEq(usdc.totalSupply(), 104, "supply");
    }

    function test_mint_fillsABalanceTo255Bits() external {
        usdc.mint(bob, (1 << 255) - 1);
        vm.assertEq(usdc.balanceOf(bob), (1 << 255) - 1, "full");
        vm.assertTrue(!usdc.isBlacklisted(bob), "the flag is apart");
        vm.prank(alice.account);
        requireRefused(abi.encodeCall(usdc.transfer, (bob, 1)), "FiatTokenV2_2: Balance exceeds (2^255 - 1)");
    }

    function test_offices_areTheOwnersOnly() external {
        bytes[5] memory calls = [
            abi.encodeCall(usdc.mint, (bob, 1)),
            abi.encodeCall(usdc.pause, ()),
            abi.encodeCall(usdc.unpause, ()),
            abi.encodeCall(usdc.blacklist, (alice.account)),
            abi.encodeCall(usdc.unBlacklist, (alice.account))
        ];
        vm.assertEq(usdc.owner(), address(this), "owner");
        for (uint256 i; i < calls.length; ++i) {
            vm.prank(bob);
            requireRefused(calls[i], "Ownable: caller is not the owner");
        }
    }

    function testFuzz_transfersKeepTheSum(uint256 minted, uint256 sent) external {
        minted = bound(minted, 1, (1 << 255) - 1);
        sent = bound(sent, 0, minted);
        usdc.mint(bob, minted);
        vm.prank(bob);
        usdc.transfer(carol, sent);
        vm.assertEq(usdc.balanceOf(bob), minted - sent, "sender");
        vm.assertEq(usdc.balanceOf(carol), sent, "recipient");
        vm.assertEq(usdc.totalSupply(), minted + 100, "supply");
    }

    // Builders

    /// @param kind "Transfer" or "Receive"
    function signed(string memory kind, Terms memory t) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(alice.secret, authorizationDigest(address(usdc), kind, t));
        return joined(v, r, s);
    }

    function receiving(Terms memory t, bytes memory signature) private view returns (bytes memory) {
        (bytes32 r, bytes32 s, bytes1 v) = abi.decode(abi.encodePacked(signature, bytes31(0)), (bytes32, bytes32, bytes1));
        return abi.encodeCall(
            usdc.receiveWithAuthorization,
            (t.from, t.to, t.value, t.validAfter, t.validBefore, t.nonce, uint8(v), r, s)
        );
    }

    function requireDone(bytes memory call) private {
        (bool done,) = address(usdc).call(call);
        vm.assertTrue(done, "done");
    }

    function requireRefused(bytes memory call, bytes memory reason) private {
        (bool done, bytes memory answer) = address(usdc).call(call);
        vm.assertTrue(!done, "refused");
        vm.assertEq(answer, abi.encodeWithSignature("Error(string)", string(reason)), "reason");
    }
}
