// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {FiatLedger} from "../contracts/mocks/FiatLedger.sol";
import {MockUSDC} from "../contracts/mocks/MockUSDC.sol";
import {Test} from "./support/Test.sol";

/// @notice Balances, allowances, minters, pause, blacklist and offices.
contract MockUSDCTest is Test {
    bytes private constant PAUSED = "Pausable: paused";
    bytes private constant LISTED = "Blacklistable: account is blacklisted";

    MockUSDC private usdc;
    address private alice = account("alice");
    address private bob = account("bob");
    address private carol = account("carol");

    function setUp() external {
        usdc = new MockUSDC();
        usdc.configureMinter(address(this), type(uint256).max);
        usdc.mint(alice, 100);
    }

    function test_metadata() external view {
        vm.assertEq(usdc.name(), "USD Coin", "name");
        vm.assertEq(usdc.symbol(), "USDC", "symbol");
        vm.assertEq(usdc.currency(), "USD", "currency");
        vm.assertEq(usdc.version(), "2", "version");
        vm.assertEq(usdc.decimals(), 6, "decimals");
        vm.assertEq(usdc.totalSupply(), 100, "supply");
    }

    // ERC-20

    function test_transfer() external {
        vm.expectEmit(address(usdc));
        emit FiatLedger.Transfer(alice, bob, 60);
        vm.prank(alice);
        vm.assertTrue(usdc.transfer(bob, 60), "answer");
        vm.assertEq(usdc.balanceOf(alice), 40, "alice");
        vm.assertEq(usdc.balanceOf(bob), 60, "bob");
    }

    function test_transfer_toOneselfChangesNothing() external {
        vm.prank(alice);
        usdc.transfer(alice, 60);
        vm.assertEq(usdc.balanceOf(alice), 100, "alice");
    }

    function test_transfer_refusals() external {
        vm.startPrank(alice);
        vm.expectRevert("ERC20: transfer amount exceeds balance");
        usdc.transfer(bob, 101);
        vm.expectRevert("ERC20: transfer to the zero address");
        usdc.transfer(address(0), 1);
        vm.stopPrank();
        vm.prank(address(0));
        vm.expectRevert("ERC20: transfer from the zero address");
        usdc.transfer(bob, 0);
    }

    function test_transferFrom_spendsTheAllowance() external {
        vm.expectEmit(address(usdc));
        emit FiatLedger.Approval(alice, bob, 50);
        vm.prank(alice);
        vm.assertTrue(usdc.approve(bob, 50), "answer");
        vm.startPrank(bob);
        vm.assertTrue(usdc.transferFrom(alice, carol, 30), "answer");
        vm.assertEq(usdc.allowance(alice, bob), 20, "left");
        vm.expectRevert("ERC20: transfer amount exceeds allowance");
        usdc.transferFrom(alice, carol, 21);
        vm.stopPrank();
        vm.assertEq(usdc.balanceOf(carol), 30, "carol");
    }

    function test_transferFrom_spendsAnEndlessAllowanceToo() external {
        vm.prank(alice);
        usdc.approve(bob, type(uint256).max);
        vm.prank(bob);
        usdc.transferFrom(alice, bob, 1);
        vm.assertEq(usdc.allowance(alice, bob), type(uint256).max - 1, "left");
    }

    function test_allowance_upAndDown() external {
        vm.startPrank(alice);
        vm.assertTrue(usdc.increaseAllowance(bob, 5), "answer");
        vm.assertTrue(usdc.decreaseAllowance(bob, 2), "answer");
        vm.assertEq(usdc.allowance(alice, bob), 3, "allowance");
        vm.expectRevert("ERC20: decreased allowance below zero");
        usdc.decreaseAllowance(bob, 4);
        vm.expectRevert("ERC20: approve to the zero address");
        usdc.approve(address(0), 1);
        vm.stopPrank();
        vm.prank(address(0));
        vm.expectRevert("ERC20: approve from the zero address");
        usdc.approve(bob, 1);
    }

    // Minters

    function test_mint_withinTheAllowance() external {
        vm.expectEmit(address(usdc));
        emit FiatLedger.MinterConfigured(bob, 10);
        vm.assertTrue(usdc.configureMinter(bob, 10), "answer");
        vm.assertTrue(usdc.isMinter(bob), "a minter");
        vm.startPrank(bob);
        vm.expectRevert("FiatToken: mint amount exceeds minterAllowance");
        usdc.mint(carol, 11);
        vm.expectEmit(address(usdc));
        emit FiatLedger.Mint(bob, carol, 4);
        vm.expectEmit(address(usdc));
        emit FiatLedger.Transfer(address(0), carol, 4);
        vm.assertTrue(usdc.mint(carol, 4), "answer");
        vm.assertEq(usdc.minterAllowance(bob), 6, "left");
        vm.assertEq(usdc.totalSupply(), 104, "supply");
        vm.expectRevert("FiatToken: mint to the zero address");
        usdc.mint(address(0), 1);
        vm.expectRevert("FiatToken: mint amount not greater than 0");
        usdc.mint(carol, 0);
        vm.stopPrank();
    }

    function test_mint_fillsABalanceTo255Bits() external {
        usdc.mint(bob, (1 << 255) - 1);
        vm.assertEq(usdc.balanceOf(bob), (1 << 255) - 1, "full");
        vm.assertTrue(!usdc.isBlacklisted(bob), "the flag is apart");
        vm.prank(alice);
        vm.expectRevert("FiatTokenV2_2: Balance exceeds (2^255 - 1)");
        usdc.transfer(bob, 1);
    }

    function test_burn_ofTheMintersOwn() external {
        usdc.configureMinter(bob, 10);
        vm.startPrank(bob);
        usdc.mint(bob, 10);
        vm.expectRevert("FiatToken: burn amount not greater than 0");
        usdc.burn(0);
        vm.expectRevert("FiatToken: burn amount exceeds balance");
        usdc.burn(11);
        vm.expectEmit(address(usdc));
        emit FiatLedger.Burn(bob, 4);
        vm.expectEmit(address(usdc));
        emit FiatLedger.Transfer(bob, address(0), 4);
        usdc.burn(4);
        vm.stopPrank();
        vm.assertEq(usdc.balanceOf(bob), 6, "left");
        vm.assertEq(usdc.totalSupply(), 106, "supply");
    }

    function test_mintAndBurn_areTheMinters() external {
        vm.expectEmit(address(usdc));
        emit FiatLedger.MinterRemoved(address(this));
        vm.assertTrue(usdc.removeMinter(address(this)), "answer");
        vm.assertEq(usdc.minterAllowance(address(this)), 0, "allowance went too");
        vm.expectRevert("FiatToken: caller is not a minter");
        usdc.mint(alice, 1);
        vm.expectRevert("FiatToken: caller is not a minter");
        usdc.burn(1);
    }

    // Pause and blacklist

    function test_pause_stopsWhatMovesMoneyOrAllowances() external {
        usdc.approve(address(this), 1);
        vm.expectEmit(address(usdc));
        emit FiatLedger.Pause();
        usdc.pause();
        bytes[7] memory calls = [
            abi.encodeCall(usdc.transfer, (alice, 0)),
            abi.encodeCall(usdc.transferFrom, (address(this), alice, 0)),
            abi.encodeCall(usdc.approve, (alice, 1)),
            abi.encodeCall(usdc.increaseAllowance, (alice, 1)),
            abi.encodeCall(usdc.decreaseAllowance, (alice, 0)),
            abi.encodeCall(usdc.mint, (alice, 1)),
            abi.encodeCall(usdc.burn, (1))
        ];
        for (uint256 i; i < calls.length; ++i) {
            requireRefusal(calls[i], PAUSED);
        }
        requireRefusal(abi.encodeCall(usdc.configureMinter, (alice, 1)), PAUSED);
        vm.expectEmit(address(usdc));
        emit FiatLedger.Unpause();
        usdc.unpause();
        vm.prank(alice);
        usdc.transfer(bob, 1);
    }

    function test_blacklist_stopsEitherEndAndTheSpender() external {
        vm.prank(alice);
        usdc.approve(carol, 10);
        address[3] memory parties = [alice, bob, carol];
        for (uint256 i; i < parties.length; ++i) {
            vm.expectEmit(address(usdc));
            emit FiatLedger.Blacklisted(parties[i]);
            usdc.blacklist(parties[i]);
            vm.assertTrue(usdc.isBlacklisted(parties[i]), "listed");
            vm.prank(carol);
            vm.expectRevert(LISTED);
            usdc.transferFrom(alice, bob, 1);
            vm.expectEmit(address(usdc));
            emit FiatLedger.UnBlacklisted(parties[i]);
            usdc.unBlacklist(parties[i]);
        }
        vm.prank(carol);
        usdc.transferFrom(alice, bob, 1);
    }

    function test_blacklist_stopsTransfersAndMints() external {
        usdc.blacklist(alice);
        vm.prank(alice);
        vm.expectRevert(LISTED);
        usdc.transfer(bob, 1);
        requireRefusal(abi.encodeCall(usdc.transfer, (alice, 0)), LISTED);
        requireRefusal(abi.encodeCall(usdc.mint, (alice, 1)), LISTED);
        usdc.blacklist(address(this));
        requireRefusal(abi.encodeCall(usdc.mint, (bob, 1)), LISTED);
        requireRefusal(abi.encodeCall(usdc.burn, (1)), LISTED);
        vm.assertEq(usdc.balanceOf(alice), 100, "the balance is untouched");
    }

    function test_blacklist_doesNotStopApprovals() external {
        usdc.blacklist(alice);
        vm.prank(alice);
        usdc.approve(bob, 5);
        usdc.approve(alice, 5);
        vm.assertEq(usdc.allowance(alice, bob), 5, "by a listed account");
        vm.assertEq(usdc.allowance(address(this), alice), 5, "for a listed account");
    }

    // Offices

    function test_offices_areTheirHoldersOnly() external {
        vm.startPrank(bob);
        requireRefusal(abi.encodeCall(usdc.pause, ()), "Pausable: caller is not the pauser");
        requireRefusal(abi.encodeCall(usdc.unpause, ()), "Pausable: caller is not the pauser");
        requireRefusal(abi.encodeCall(usdc.blacklist, (alice)), "Blacklistable: caller is not the blacklister");
        requireRefusal(abi.encodeCall(usdc.unBlacklist, (alice)), "Blacklistable: caller is not the blacklister");
        requireRefusal(abi.encodeCall(usdc.configureMinter, (bob, 1)), "FiatToken: caller is not the masterMinter");
        requireRefusal(abi.encodeCall(usdc.removeMinter, (bob)), "FiatToken: caller is not the masterMinter");
        requireRefusal(abi.encodeCall(usdc.transferOwnership, (bob)), "Ownable: caller is not the owner");
        requireRefusal(abi.encodeCall(usdc.updatePauser, (bob)), "Ownable: caller is not the owner");
        requireRefusal(abi.encodeCall(usdc.updateBlacklister, (bob)), "Ownable: caller is not the owner");
        requireRefusal(abi.encodeCall(usdc.updateMasterMinter, (bob)), "Ownable: caller is not the owner");
        vm.stopPrank();
    }

    function test_offices_neverStandEmpty() external {
        requireRefusal(abi.encodeCall(usdc.updatePauser, (address(0))), "Pausable: new pauser is the zero address");
        requireRefusal(
            abi.encodeCall(usdc.updateBlacklister, (address(0))), "Blacklistable: new blacklister is the zero address"
        );
        requireRefusal(
            abi.encodeCall(usdc.updateMasterMinter, (address(0))), "FiatToken: new masterMinter is the zero address"
        );
        requireRefusal(abi.encodeCall(usdc.transferOwnership, (address(0))), "Ownable: new owner is the zero address");
    }

    function test_offices_canBeHandedOver() external {
        vm.expectEmit(address(usdc));
        emit FiatLedger.PauserChanged(alice);
        usdc.updatePauser(alice);
        vm.expectEmit(address(usdc));
        emit FiatLedger.BlacklisterChanged(bob);
        usdc.updateBlacklister(bob);
        vm.expectEmit(address(usdc));
        emit FiatLedger.MasterMinterChanged(carol);
        usdc.updateMasterMinter(carol);
        vm.expectEmit(address(usdc));
        emit FiatLedger.OwnershipTransferred(address(this), alice);
        usdc.transferOwnership(alice);
        vm.prank(alice);
        usdc.pause();
        vm.prank(bob);
        usdc.blacklist(carol);
        vm.assertTrue(usdc.paused() && usdc.isBlacklisted(carol), "the new holders act");
        vm.prank(alice);
        usdc.unpause();
        vm.prank(carol);
        usdc.configureMinter(bob, 1);
        vm.assertEq(usdc.owner(), alice, "owner");
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

    function requireRefusal(bytes memory call, bytes memory reason) private {
        (bool done, bytes memory answer) = address(usdc).call(call);
        vm.assertTrue(!done, "refused");
        vm.assertEq(answer, abi.encodeWithSignature("Error(string)", string(reason)), "reason");
    }
}
