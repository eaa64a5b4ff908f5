// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IProviderStake} from "../../contracts/interfaces/IProviderStake.sol";
import {ProviderStake} from "../../contracts/ProviderStake.sol";
import {ChunkReceipt, Signature, Verdict} from "../../contracts/SwarmTypes.sol";
import {StakeModel} from "./StakeModel.sol";

/// @notice Random but mostly sensible use of ProviderStake by the people of StakeModel, whose books it keeps.
/// @dev Every function either does something that must succeed, or tries something that must not; an unexpected
/// revert fails the run. Which calls did something is counted in `done`.
contract StakeHandler is StakeModel {
    // Stake

    function addStake(uint256 who, uint256 amount) external counted {
        Book storage book = books[who % PROVIDERS];
        amount = bound(amount, 1, 1000 * USD);
        stake(book.provider, amount);
        book.amount += amount;
        did("stake");
    }

    function rotate(uint256 who) external counted {
        if (keys[who % PROVIDERS].length >= 4) return;
        addKey(who % PROVIDERS);
        did("rotate");
    }

    function askBack(uint256 who, uint256 amount) external counted {
        Book storage book = books[who % PROVIDERS];
        vm.expectRevert(
            abi.encodeWithSelector(
                IProviderStake.InsufficientStake.selector, book.provider, book.amount, book.amount + 1
            )
        );
        startUnstake(book.provider, book.amount + 1);
        ask(book, bound(amount, 0, book.amount));
    }

    /// @notice Tries to leave; half of the time it waits until it may, and one time in four for its disputes too.
    function takeOut(uint256 who, uint256 seed) external counted {
        Book storage book = books[who % PROVIDERS];
        if (book.leaving == 0) return ask(book, book.amount / 2);
        if (seed % 4 == 0) expireAllOf(who % PROVIDERS);
        if (seed % 2 == 0 && book.openDisputes == 0 && clock < book.leavesAt) jump(book.leavesAt);
        uint256 before = usdc.balanceOf(book.provider);
        vm.prank(book.provider);
        (bool left,) = address(stakes).call(abi.encodeCall(ProviderStake.finishUnstake, (book.provider)));
        bool may = book.leaving != 0 && book.openDisputes == 0 && clock >= book.leavesAt;
        vm.assertEq(left, may, "leaves if and only if it may");
        if (!left) return;
        if (book.openDisputes != 0 || clock < book.quietSince + 7 days) ++escapes;
        vm.assertEq(usdc.balanceOf(book.provider) - before, book.leaving, "paid out");
        book.amount -= book.leaving;
        book.leaving = 0;
        book.leavesAt = 0;
        did("leave");
    }

    // Disputes

    function dispute(uint256 seed, uint256 by) external counted {
        tryDispute(seed, by);
    }

    function tryDispute(uint256 seed, uint256 by) private {
        uint256 index = pickWork(seed);
        Work storage work = works[index];
        Book storage book = books[work.who];
        // The payer, the signer, and one time in eight somebody who may not: the other customer, or the provider itself.
        address who = by % 8 == 0 ? people[(by >> 8) % PEOPLE] : by % 2 == 0 ? work.customer : challenger;
        bool may = !work.disputed && clock <= uint256(work.deadline) + 3 days && book.amount != 0
            && (who == work.customer || who == challenger);
        IProviderStake.Evidence memory e = papersOf(index);
        fund(who, BOND);
        vm.prank(who);
        (bool opened,) = address(stakes).call(abi.encodeCall(ProviderStake.openDispute, (e, panel_(), ROOT)));
        vm.assertEq(opened, may, "opens if and only if it may");
        if (!opened) return;
        work.disputed = true;
        book.openDisputes += 1;
        uint256 cap = min(work.maxCharge / 1e6, work.atRisk / 2);
        trials.push(Trial(hashOf(e.job), work.who, who, work.customer, work.atRisk, cap, clock + 48 hours));
        did("dispute");
    }

    function judge(uint256 which, bool guilty, uint256 refund) external counted {
        // Half of the time any of them, mostly too late; else a new one.
        bool any = trials.length != 0 && which % 2 == 0;
        if (!any) tryDispute(which >> 1, refund);
        if (trials.length == 0) return;
        uint256 index = any ? (which >> 1) % trials.length : trials.length - 1;
        Trial memory trial = trials[index];
        Verdict memory verdict = Verdict(trial.id, guilty, uint128(bound(refund, 0, 2 * USD)), ROOT);
        Totals memory before = seen(trial.who, trial.customer, trial.challenger);
        Signature[] memory signatures = verdictBy(verdict, first(2));
        (bool judged,) =
            address(stakes).call(abi.encodeCall(ProviderStake.resolveDispute, (verdict, panel_(), signatures)));
        vm.assertEq(judged, clock <= trial.decidesBy, "a verdict in time, and only in time");
        if (!judged) return;
        end(index);
        if (!guilty) return acquit(trial);
        creditOf[trial.challenger] += BOND;
        before.rewards += BOND;
        uint256 taken = min(trial.atRisk, books[trial.who].amount);
        if (taken < trial.atRisk) ++times["guilty beyond the stake"];
        uint256 paid = take(trial.who, trial.customer, trial.challenger, taken, min(verdict.refund, trial.refundCap));
        compare(before, seen(trial.who, trial.customer, trial.challenger), trial.challenger == trial.customer, paid);
        did("guilty");
    }

    /// @notice Tries to end a dispute by silence; half of the time it waits until it may.
    function expire(uint256 which, uint256 seed) external counted {
        if (trials.length == 0) return tryDispute(which, seed);
        tryExpire(which % trials.length, seed % 2 == 0);
    }

    function expireAllOf(uint256 who) private {
        for (uint256 left = trials.length; left > 0; --left) {
            if (trials[left - 1].who == who) tryExpire(left - 1, true);
        }
    }

    function tryExpire(uint256 index, bool wait) private {
        Trial memory trial = trials[index];
        if (wait && clock <= trial.decidesBy) jump(trial.decidesBy + 1);
        (bool expired,) = address(stakes).call(abi.encodeCall(ProviderStake.expireDispute, (trial.id)));
        vm.assertEq(expired, clock > trial.decidesBy, "silence after the time, and only then");
        if (!expired) return;
        end(index);
        acquit(trial);
    }

    /// @notice What has ended stays ended.
    function judgeAgain(uint256 which, bool guilty) external counted {
        if (ended.length == 0) return;
        bytes32 id = ended[which % ended.length];
        Verdict memory verdict = Verdict(id, guilty, 1, ROOT);
        Signature[] memory signatures = verdictBy(verdict, first(2));
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.DisputeNotOpen.selector, id));
        stakes.resolveDispute(verdict, panel_(), signatures);
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.DisputeNotOpen.selector, id));
        stakes.expireDispute(id);
        did("judge again");
    }

    // Proofs

    function prove(uint256 seed, uint256 by, uint128 charged) external counted {
        if (by % 4 < 2) contradict(seed, by, charged);
        else charge(seed, by, charged);
    }

    function contradict(uint256 seed, uint256 by, uint128 charged) private {
        uint256 index = pickWork(seed);
        Work memory work = works[index];
        IProviderStake.Evidence memory e = papersOf(index);
        ChunkReceipt memory other = twinOf(e.receipt);
        other.chargedPico = uint128(bound(charged, 0, 2 * PICO));
        Signature memory signature = sign(keys[work.who][work.keyOfThen], digestOf(hashOf(other)));
        uint256 refund = (other.chargedPico > e.receipt.chargedPico ? other.chargedPico : e.receipt.chargedPico) / 1e6;
        bytes memory call = abi.encodeCall(
            ProviderStake.slashEquivocation, (e.lane, e.job, e.receipt, e.receiptSignature, other, signature)
        );
        slash(index, people[5 + (by >> 8) % 2], call, true, refund, "contradict");
    }

    function charge(uint256 seed, uint256 by, uint128 charged) private {
        uint256 index = pickWork(seed);
        Work memory work = works[index];
        IProviderStake.Evidence memory e = papersOf(index);
        e.receipt.chargedPico = uint128(bound(charged, 0.0004e12, 0.01e12));
        e.receiptSignature = sign(keys[work.who][work.keyOfThen], digestOf(hashOf(e.receipt)));
        bytes memory call = abi.encodeCall(
            ProviderStake.slashOvercharge, (e.lane, e.quote, e.quoteSignature, e.job, e.receipt, e.receiptSignature)
        );
        bool isFraud = e.receipt.chargedPico > min(0.00042e12, work.maxCharge);
        slash(index, people[5 + (by >> 8) % 2], call, isFraud, e.receipt.chargedPico / 1e6, "charge");
    }

    // Money out: whatever the books say is owed can be had, to the last unit

    function withdraw(uint256 who, uint256 amount) external counted {
        address person_ = people[who % PEOPLE];
        uint256 most = creditOf[person_];
        vm.expectRevert(abi.encodeWithSelector(IProviderStake.InsufficientCredit.selector, person_, most, most + 1));
        vm.prank(person_);
        stakes.withdrawCredit(person_, most + 1);
        if (most == 0) return;
        amount = bound(amount, 1, most);
        vm.prank(person_);
        stakes.withdrawCredit(person_, amount);
        creditOf[person_] -= amount;
        did("withdraw");
    }

    function burn(uint256 seed) external counted {
        if (burnable == 0) return tryDispute(seed, seed >> 8);
        stakes.burn();
        burnable = 0;
        did("burn");
    }

    function giveTokens(uint256 amount) external counted {
        amount = bound(amount, 1, USD);
        usdc.mint(address(stakes), amount);
        gifts += amount;
        did("give");
    }

    function pass(uint256 time) external counted {
        jump(clock + bound(time, 1, 12 hours));
        did("pass");
    }

    // Private parts

    /// @dev A new job, or, one time in four, one of the last eight. A provider without stake mostly gets some first.
    function pickWork(uint256 seed) private returns (uint256) {
        uint256 count = works.length;
        // Forge likes small numbers: their high bits would all be 0.
        seed = uint256(keccak256(abi.encode(seed, count)));
        if (count != 0 && seed % 4 == 0) return count - 1 - (seed >> 8) % min(count, 8);
        uint256 who = (seed >> 16) % PROVIDERS;
        if (books[who].amount == 0 && (seed >> 20) % 8 != 0) {
            stake(books[who].provider, STAKE);
            books[who].amount += STAKE;
        }
        works.push(
            Work({
                who: who,
                customer: people[3 + (seed >> 24) % 2],
                keyOfThen: (seed >> 32) % keys[who].length,
                atRisk: uint128(1 + (seed >> 40) % ((seed >> 104) % 2 == 0 ? 4 * STAKE : 400 * USD)),
                maxCharge: uint128((seed >> 80) % 2 == 0 ? PICO : 0.00042e12 - 1),
                deadline: uint64(clock + (seed >> 96) % 2 days),
                disputed: false,
                slashed: false
            })
        );
        return count;
    }

    function papersOf(uint256 index) private view returns (IProviderStake.Evidence memory e) {
        Work memory work = works[index];
        e = draft(vm.toString(index));
        e.lane = laneOf(work.customer, people[work.who]);
        e.quote.provider = people[work.who];
        e.quote.atRisk = work.atRisk;
        e.job.maxCharge = work.maxCharge;
        e.job.deadline = work.deadline;
        link(e);
        signAll(e, keys[work.who][work.keyOfThen]);
    }

    function slash(uint256 index, address by, bytes memory call, bool isFraud, uint256 refund, string memory what)
        private
    {
        Work storage work = works[index];
        Book storage book = books[work.who];
        Totals memory before = seen(work.who, work.customer, by);
        vm.prank(by);
        (bool proven,) = address(stakes).call(call);
        vm.assertEq(proven, isFraud && !work.slashed && book.amount != 0, "slashes if and only if it may");
        if (!proven) return;
        work.slashed = true;
        if (book.openDisputes != 0) ++times["proof under dispute"];
        uint256 paid = take(work.who, work.customer, by, book.amount, refund);
        compare(before, seen(work.who, work.customer, by), false, paid);
        did(what);
    }
}
