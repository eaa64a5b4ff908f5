// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {FiatLedger} from "../contracts/mocks/FiatLedger.sol";
import {MockUSDC} from "../contracts/mocks/MockUSDC.sol";
import {Authorization} from "./support/Authorization.sol";

/// @notice EIP-3009 and EIP-2612, with split signatures and with bytes, for keys and for contracts.
contract MockUSDCAuthorizationTest is Authorization {
    bytes private constant BAD = "FiatTokenV2: invalid signature";
    bytes private constant USED = "FiatTokenV2: authorization is used or canceled";
    bytes private constant LISTED = "Blacklistable: account is blacklisted";
    bytes private constant PAUSED = "Pausable: paused";
    uint256 private constant NOW = 1_800_000_000;

    MockUSDC private usdc;
    Key private alice = key("alice");
    address private bob = account("bob");
    /// What a contract wallet answers to isValidSignature; see there.
    bytes4 private walletAnswer;

    function setUp() external {
        vm.warp(NOW);
        usdc = new MockUSDC();
        usdc.configureMinter(address(this), type(uint256).max);
        usdc.mint(alice.account, 100);
        usdc.mint(address(this), 100);
    }

    function test_domainSeparator() external {
        vm.assertEq(usdc.DOMAIN_SEPARATOR(), domainSeparator(address(usdc)), "on this chain");
        vm.chainId(8453);
        vm.assertEq(usdc.DOMAIN_SEPARATOR(), domainSeparator(address(usdc)), "on another");
    }

    /// @dev The hashes that the two standards print.
    function test_typehashes() external view {
        vm.assertEq(
            usdc.TRANSFER_WITH_AUTHORIZATION_TYPEHASH(),
            0x7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267,
            "transfer"
        );
        vm.assertEq(
            usdc.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(),
            0xd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8,
            "receive"
        );
        vm.assertEq(
            usdc.CANCEL_AUTHORIZATION_TYPEHASH(),
            0x158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a1597429,
            "cancel"
        );
        vm.assertEq(
            usdc.PERMIT_TYPEHASH(), 0x6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9, "permit"
        );
    }

    // Transfer: anyone sends it

    function test_transfer_split() external {
        Terms memory t = terms(alice.account, bob, 30);
        (uint8 v, bytes32 r, bytes32 s) = signed("Transfer", t);
        vm.expectEmit(address(usdc));
        emit MockUSDC.AuthorizationUsed(alice.account, t.nonce);
        vm.expectEmit(address(usdc));
        emit FiatLedger.Transfer(alice.account, bob, 30);
        usdc.transferWithAuthorization(t.from, t.to, t.value, t.validAfter, t.validBefore, t.nonce, v, r, s);
        vm.assertTrue(usdc.authorizationState(alice.account, t.nonce), "used");
        vm.assertEq(usdc.balanceOf(bob), 30, "bob");
        vm.expectRevert(USED);
        usdc.transferWithAuthorization(t.from, t.to, t.value, t.validAfter, t.validBefore, t.nonce, v, r, s);
    }

    function test_transfer_bytes() external {
        Terms memory t = terms(alice.account, bob, 30);
        send("Transfer", t, signedBytes("Transfer", t));
        vm.assertEq(usdc.balanceOf(bob), 30, "bob");
    }

    function test_transfer_isNoReceive_andTheOtherWayRound() external {
        Terms memory t = terms(alice.account, address(this), 30);
        requireRefused("Transfer", t, signedBytes("Receive", t), BAD);
        requireRefused("Receive", t, signedBytes("Transfer", t), BAD);
    }

    function test_eachTermIsSigned() external {
        for (uint256 i; i < 6; ++i) {
            Terms memory t = terms(alice.account, bob, 30);
            bytes memory signature = signedBytes("Transfer", t);
            if (i == 0) t.from = bob;
            if (i == 1) t.to = address(this);
            if (i == 2) t.value = 31;
            if (i == 3) t.validAfter = 1;
            if (i == 4) t.validBefore -= 1;
            if (i == 5) t.nonce = "another";
            requireRefused("Transfer", t, signature, BAD);
        }
    }

    // Receive: only the payee

    function test_receive_split_onlyByThePayee() external {
        Terms memory t = terms(alice.account, address(this), 30);
        (uint8 v, bytes32 r, bytes32 s) = signed("Receive", t);
        vm.prank(bob);
        vm.expectRevert("FiatTokenV2: caller must be the payee");
        usdc.receiveWithAuthorization(t.from, t.to, t.value, t.validAfter, t.validBefore, t.nonce, v, r, s);
        usdc.receiveWithAuthorization(t.from, t.to, t.value, t.validAfter, t.validBefore, t.nonce, v, r, s);
        vm.assertEq(usdc.balanceOf(address(this)), 130, "paid");
        vm.expectRevert(USED);
        usdc.receiveWithAuthorization(t.from, t.to, t.value, t.validAfter, t.validBefore, t.nonce, v, r, s);
    }

    function test_receive_bytes() external {
        Terms memory t = terms(alice.account, address(this), 30);
        send("Receive", t, signedBytes("Receive", t));
        vm.assertEq(usdc.balanceOf(address(this)), 130, "paid");
    }

    // Both

    function test_boundsAreExcluded() external {
        string[2] memory kinds = ["Transfer", "Receive"];
        for (uint256 i; i < 2; ++i) {
            Terms memory t = Terms(alice.account, address(this), 30, NOW, NOW + 2, bytes32(i));
            bytes memory signature = signedBytes(kinds[i], t);
            vm.warp(NOW);
            requireRefused(kinds[i], t, signature, "FiatTokenV2: authorization is not yet valid");
            vm.warp(NOW + 2);
            requireRefused(kinds[i], t, signature, "FiatTokenV2: authorization is expired");
            vm.warp(NOW + 1);
            send(kinds[i], t, signature);
        }
    }

    function test_moreThanTheBalanceIsRefused_andCanBeSentLater() external {
        Terms memory t = terms(alice.account, bob, 101);
        bytes memory signature = signedBytes("Transfer", t);
        requireRefused("Transfer", t, signature, "ERC20: transfer amount exceeds balance");
        usdc.mint(alice.account, 1);
        send("Transfer", t, signature);
    }

    function test_pausedOrBlacklisted() external {
        string[2] memory kinds = ["Transfer", "Receive"];
        for (uint256 i; i < 2; ++i) {
            Terms memory t = terms(alice.account, address(this), 30);
            bytes memory signature = signedBytes(kinds[i], t);
            usdc.pause();
            requireRefused(kinds[i], t, signature, PAUSED);
            usdc.unpause();
            usdc.blacklist(t.from);
            requireRefused(kinds[i], t, signature, LISTED);
            usdc.unBlacklist(t.from);
            usdc.blacklist(t.to);
            requireRefused(kinds[i], t, signature, LISTED);
            usdc.unBlacklist(t.to);
        }
    }

    function test_twinsAndStrangeBytesAreRefused() external {
        Terms memory t = terms(alice.account, bob, 30);
        (uint8 v, bytes32 r, bytes32 s) = signed("Transfer", t);
        (uint8 twinV, bytes32 twinR, bytes32 twinS) = twin(v, r, s);
        bytes32 digest = authorizationDigest(address(usdc), "Transfer", t);
        vm.assertEq(ecrecover(digest, twinV, twinR, twinS), alice.account, "the curve takes the twin");
        bytes[5] memory forms = [
            joined(twinV, twinR, twinS),
            joined(v - 27, r, s),
            abi.encodePacked(r, s),
            abi.encodePacked(r, s, v, uint8(0)),
            bytes("")
        ];
        for (uint256 i; i < forms.length; ++i) {
            requireRefused("Transfer", t, forms[i], BAD);
        }
    }

    function test_notOnAnotherChain_norForAnotherToken() external {
        Terms memory t = terms(alice.account, bob, 30);
        bytes memory signature = signedBytes("Transfer", t);
        vm.chainId(8453);
        requireRefused("Transfer", t, signature, BAD);
        vm.chainId(31337);
        MockUSDC first = usdc;
        usdc = new MockUSDC();
        requireRefused("Transfer", t, signature, BAD);
        usdc = first;
        send("Transfer", t, signature);
    }

    // Cancel

    function test_cancel_split() external {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(alice.secret, cancelDigest());
        vm.expectEmit(address(usdc));
        emit MockUSDC.AuthorizationCanceled(alice.account, keccak256("nonce"));
        usdc.cancelAuthorization(alice.account, keccak256("nonce"), v, r, s);
        Terms memory t = terms(alice.account, bob, 30);
        requireRefused("Transfer", t, signedBytes("Transfer", t), USED);
        vm.expectRevert(USED);
        usdc.cancelAuthorization(alice.account, keccak256("nonce"), v, r, s);
    }

    function test_cancel_bytes_isTheAuthorizers() external {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(alice.secret, cancelDigest());
        vm.expectRevert(BAD);
        usdc.cancelAuthorization(bob, keccak256("nonce"), joined(v, r, s));
        usdc.pause();
        vm.expectRevert(PAUSED);
        usdc.cancelAuthorization(alice.account, keccak256("nonce"), joined(v, r, s));
        usdc.unpause();
        usdc.cancelAuthorization(alice.account, keccak256("nonce"), joined(v, r, s));
        vm.assertTrue(usdc.authorizationState(alice.account, keccak256("nonce")), "cancelled");
    }

    // Permit

    function test_permit_split_onceAndInOrder() external {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(alice.secret, permitDigest(70, 0, NOW));
        vm.expectEmit(address(usdc));
        emit FiatLedger.Approval(alice.account, bob, 70);
        usdc.permit(alice.account, bob, 70, NOW, v, r, s);
        vm.assertEq(usdc.allowance(alice.account, bob), 70, "allowance");
        vm.assertEq(usdc.nonces(alice.account), 1, "counted");
        vm.expectRevert("EIP2612: invalid signature");
        usdc.permit(alice.account, bob, 70, NOW, v, r, s);
    }

    function test_permit_bytes_untilItsDeadline() external {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(alice.secret, permitDigest(70, 0, NOW));
        vm.warp(NOW + 1);
        vm.expectRevert("FiatTokenV2: permit is expired");
        usdc.permit(alice.account, bob, 70, NOW, joined(v, r, s));
        vm.warp(NOW);
        usdc.pause();
        vm.expectRevert(PAUSED);
        usdc.permit(alice.account, bob, 70, NOW, joined(v, r, s));
        usdc.unpause();
        usdc.permit(alice.account, bob, 70, NOW, joined(v, r, s));
        vm.assertEq(usdc.allowance(alice.account, bob), 70, "in the last second");
    }

    // Contracts sign by EIP-1271: this one is the wallet

    function test_contractWallet_signsByAnswering() external {
        Terms memory t = terms(address(this), bob, 30);
        requireRefused("Transfer", t, "what this wallet takes", BAD);
        walletAnswer = this.isValidSignature.selector;
        requireRefused("Transfer", t, "what it does not take", BAD);
        send("Transfer", t, "what this wallet takes");
        vm.assertEq(usdc.balanceOf(bob), 30, "bob");
        usdc.permit(address(this), bob, 5, NOW, "what this wallet takes");
        vm.assertEq(usdc.allowance(address(this), bob), 5, "allowance");
    }

    function isValidSignature(bytes32, bytes calldata signature) external view returns (bytes4) {
        return keccak256(signature) == keccak256("what this wallet takes") ? walletAnswer : bytes4(0);
    }

    // Builders

    function signed(string memory kind, Terms memory t) private view returns (uint8, bytes32, bytes32) {
        return vm.sign(alice.secret, authorizationDigest(address(usdc), kind, t));
    }

    function signedBytes(string memory kind, Terms memory t) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = signed(kind, t);
        return joined(v, r, s);
    }

    function cancelDigest() private view returns (bytes32) {
        bytes32 typehash = keccak256("CancelAuthorization(address authorizer,bytes32 nonce)");
        return typedDigest(address(usdc), keccak256(abi.encode(typehash, alice.account, keccak256("nonce"))));
    }

    function permitDigest(uint256 value, uint256 nonce, uint256 deadline) private view returns (bytes32) {
        bytes32 typehash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        return typedDigest(address(usdc), keccak256(abi.encode(typehash, alice.account, bob, value, nonce, deadline)));
    }

    /// @param kind "Transfer" or "Receive"
    function encoded(string memory kind, Terms memory t, bytes memory signature) private pure returns (bytes memory) {
        string memory name = keccak256(bytes(kind)) == keccak256("Transfer") ? "transfer" : "receive";
        return abi.encodeWithSignature(
            string.concat(name, "WithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)"),
            t.from,
            t.to,
            t.value,
            t.validAfter,
            t.validBefore,
            t.nonce,
            signature
        );
    }

    function send(string memory kind, Terms memory t, bytes memory signature) private {
        (bool done,) = address(usdc).call(encoded(kind, t, signature));
        vm.assertTrue(done, "sent");
    }

    function requireRefused(string memory kind, Terms memory t, bytes memory signature, bytes memory reason) private {
        (bool done, bytes memory answer) = address(usdc).call(encoded(kind, t, signature));
        vm.assertTrue(!done, "refused");
        vm.assertEq(answer, abi.encodeWithSignature("Error(string)", string(reason)), "reason");
    }
}
