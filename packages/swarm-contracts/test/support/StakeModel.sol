// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IProviderStake} from "../../contracts/interfaces/IProviderStake.sol";
import {StakeFixture} from "./StakeFixture.sol";

/// @notice The books of three providers, two customers with one lane signer, and one who sends proofs, kept with plain
/// numbers: what ProviderStake is compared with.
abstract contract StakeModel is StakeFixture {
    struct Book {
        address provider;
        uint256 amount;
        uint256 openDisputes;
        uint256 leaving;
        uint256 leavesAt;
        uint256 quietSince; // since when nothing leaves: the request, or the end of a dispute after it
    }

    struct Work {
        uint256 who; // index of the provider
        address customer;
        uint256 keyOfThen; // index of the provider's key
        uint128 atRisk;
        uint128 maxCharge;
        uint64 deadline;
        bool disputed;
        bool slashed;
    }

    struct Trial {
        bytes32 id;
        uint256 who;
        address challenger;
        address customer;
        uint256 atRisk;
        uint256 refundCap;
        uint256 decidesBy;
    }

    /// What a slash did, as seen from outside.
    struct Totals {
        uint256 slashed;
        uint256 refunds;
        uint256 rewards;
        uint256 burned;
    }

    uint256 public constant PROVIDERS = 3;
    uint256 public constant PEOPLE = 7;

    Book[] internal books;
    Key[][] internal keys; // of each provider, the last one is the current one
    address[] internal people; // providers, then customers, then challengers
    Work[] internal works;
    Trial[] internal trials; // the open ones
    bytes32[] internal ended;
    mapping(address person => uint256) public creditOf;
    uint256 public burnable;
    uint256 public gifts; // micro-USDC sent by `transfer`: nobody's
    uint256 public calls;
    uint256 public done;
    uint256 public escapes; // times that stake left too early
    mapping(string what => uint256) public times;
    Totals internal totals;
    uint256 internal clock = NOW;

    /// @dev Time is kept here: what a warp does to the calls after it is forge's affair.
    modifier counted() {
        vm.warp(clock);
        ++calls;
        _;
    }

    constructor() {
        setUp();
        people = [
            provider,
            account("provider B"),
            account("provider C"),
            requester,
            account("customer B"),
            challenger,
            account("prover")
        ];
        for (uint256 who; who < PROVIDERS; ++who) {
            books.push(Book(people[who], 0, 0, 0, 0, 0));
            keys.push();
        }
        books[0].amount = STAKE;
        keys[0].push(jobKey);
        addKey(1);
        addKey(2);
    }

    // What the invariants read

    function contracts() external view returns (IProviderStake, address) {
        return (stakes, address(usdc));
    }

    function person(uint256 index) external view returns (address) {
        return people[index];
    }

    function bookOf(uint256 who) external view returns (Book memory) {
        return books[who];
    }

    function trialCount() external view returns (uint256) {
        return trials.length;
    }

    function trialAt(uint256 index) external view returns (Trial memory) {
        return trials[index];
    }

    function slashes() external view returns (Totals memory) {
        return totals;
    }

    // The books

    function did(string memory what) internal {
        ++done;
        ++times[what];
    }

    function jump(uint256 to) internal {
        clock = to;
        vm.warp(to);
    }

    function addKey(uint256 who) internal {
        string memory name = string.concat("key ", vm.toString(who), " ", vm.toString(keys[who].length));
        Key memory fresh = key(name);
        setJobKey(people[who], fresh);
        keys[who].push(fresh);
    }

    function ask(Book storage book, uint256 amount) internal {
        startUnstake(book.provider, amount);
        book.leaving = amount;
        book.quietSince = clock;
        book.leavesAt = amount == 0 ? 0 : clock + 7 days;
        did("ask back");
    }

    function end(uint256 index) internal {
        Trial memory trial = trials[index];
        Book storage book = books[trial.who];
        book.openDisputes -= 1;
        book.quietSince = clock;
        if (book.leaving != 0) book.leavesAt = clock + 7 days;
        ended.push(trial.id);
        trials[index] = trials[trials.length - 1];
        trials.pop();
    }

    function acquit(Trial memory trial) internal {
        Book storage book = books[trial.who];
        creditOf[book.provider] += BOND / 2;
        burnable += BOND - BOND / 2;
        did("not guilty");
    }

    function take(uint256 who, address customer, address by, uint256 amount, uint256 refundWanted)
        internal
        returns (uint256 refund)
    {
        Book storage book = books[who];
        book.amount -= amount;
        if (book.leaving > book.amount) book.leaving = book.amount;
        uint256 half = amount / 2;
        refund = min(refundWanted, half);
        creditOf[customer] += refund;
        creditOf[by] += half - refund;
        burnable += amount - half;
    }

    /// @dev What the contract itself says.
    function seen(uint256 who, address customer, address by) internal view returns (Totals memory) {
        return
            Totals(
                stakes.stakeOf(people[who]).amount, stakes.creditOf(customer), stakes.creditOf(by), stakes.burnable()
            );
    }

    /// @dev Holds one slash to the rules, and adds it up. Where one account gets both, only their sum is seen; the model
    /// says what of it was the refund.
    function compare(Totals memory before, Totals memory afterwards, bool oneAccount, uint256 refundOfModel) internal {
        uint256 slashed = before.slashed - afterwards.slashed;
        uint256 refund = oneAccount ? refundOfModel : afterwards.refunds - before.refunds;
        uint256 reward = afterwards.rewards - before.rewards - (oneAccount ? refund : 0);
        vm.assertLe(reward, (slashed - refund) / 2, "the challenger has at most half of the rest");
        totals.slashed += slashed;
        totals.refunds += refund;
        totals.rewards += reward;
        totals.burned += afterwards.burned - before.burned;
    }
}
