// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IProviderStake} from "../contracts/interfaces/IProviderStake.sol";
import {Panel, Signature, Verdict} from "../contracts/SwarmTypes.sol";
import {StakeFixture} from "./support/StakeFixture.sol";

/// @notice What a transaction costs its sender, before refunds: snapshots/ProviderStake.json.
/// @dev `isolate` runs each call as a transaction of its own, so the figures hold the 21,000 of a transaction and its
/// calldata, and storage is cold at its start. Signatures and addresses have few zero bytes, as real ones.
/// forge-config: default.isolate = true
contract ProviderStakeGasTest is StakeFixture {
    function test_stake() external {
        stake(stranger, STAKE);
        record("stake, first");
        stake(stranger, STAKE);
        record("stake, more");
        setJobKey(stranger, key("stranger's key"));
        record("set job key, first");
        startUnstake(stranger, STAKE);
        record("start unstake");
        vm.warp(NOW + 7 days);
        finishUnstake(stranger);
        record("finish unstake");
    }

    function test_dispute_guilty() external {
        bytes32 id = open(papers());
        record("open dispute, first of this provider", 185_000);
        open(papers("second"));
        record("open dispute, again", 185_000);
        resolve(id, true, USD);
        record("resolve 2 of 3, guilty");
        vm.prank(challenger);
        stakes.withdrawCredit(challenger, BOND);
        record("withdraw credit");
        stakes.burn();
        record("burn, first");
    }

    function test_dispute_notGuilty() external {
        bytes32 id = open(papers());
        bytes32 second = open(papers("second"));
        resolve(id, false, 0);
        record("resolve 2 of 3, not guilty");
        vm.warp(NOW + 48 hours + 1);
        stakes.expireDispute(second);
        record("expire dispute");
    }

    function test_dispute_largestPanel() external {
        Panel memory panel = panelOf(15, 15);
        IProviderStake.Evidence memory e = papers();
        e.quote.arbiterSet = setOf(panel);
        seal(e);
        Verdict memory verdict = Verdict(open(e, panel), true, 0, ROOT);
        Signature[] memory signatures = verdictBy(verdict, first(15));
        stakes.resolveDispute(verdict, panel, signatures);
        record("resolve 15 of 15, guilty");
    }

    function test_proofs() external {
        equivocation(papers());
        record("slash equivocation");
        stake(provider, STAKE);
        IProviderStake.Evidence memory e = papers("second");
        e.receipt.chargedPico = uint128(PICO);
        seal(e);
        overcharge(e);
        record("slash overcharge");
    }

    function record(string memory name) private {
        vm.snapshotValue("ProviderStake", name, vm.lastCallGas().gasTotalUsed);
    }

    function record(string memory name, uint256 most) private {
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("ProviderStake", name, gas);
        vm.assertLe(gas, most, name);
    }
}
