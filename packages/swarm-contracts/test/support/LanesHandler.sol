// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ISwarmLanes} from "../../contracts/interfaces/ISwarmLanes.sol";
import {Lane} from "../../contracts/SwarmTypes.sol";
import {Authorization} from "./Authorization.sol";
import {LanesFixture} from "./LanesFixture.sol";

/// @notice Random but mostly sensible use of SwarmLanes by four accounts that are payers and providers at once, and a
/// model of the books, kept with plain additions, that the contract is compared with.
/// @dev Every function either does something that must succeed, or tries something that must not; an unexpected
/// revert fails the run. Which calls did something is counted in `done`.
contract LanesHandler is LanesFixture, Authorization {
    struct Book {
        Lane lane;
        bytes32 laneId;
        uint256 funded;
        uint256 claimed;
        uint256 signed; // the highest cumulative that the lane signer ever signed
        uint256 closesAt;
        bool closed;
    }

    uint256 public constant PEOPLE = 4;
    uint256 public constant LIVE_LANES = 6;

    Key[] private people;
    mapping(address person => uint256) public freeOf;
    mapping(address person => uint256) public earnedBy;
    Book[] private books;
    uint256[] private live; // indices into `books` of lanes that are not closed
    uint256 public gifts; // micro-USDC sent by `transfer`: nobody's
    uint256 public calls;
    uint256 public done;
    uint256 public claimedRows;
    uint256 private clock = 1_800_000_000;
    uint256 private salt;

    /// @dev Time is kept here: what a warp does to the calls after it is forge's affair.
    modifier counted() {
        vm.warp(clock);
        ++calls;
        _;
    }

    constructor() {
        setUp();
        for (uint256 i; i < PEOPLE; ++i) {
            people.push(key(string(abi.encodePacked("person", bytes1(uint8(65 + i))))));
        }
    }

    // Money in

    function depositFor(uint256 from, uint256 to, uint256 amount) external counted {
        approveAndDeposit(person(from), person(to), bound(amount, 1, 1000 * USD));
        ++done;
    }

    function depositByAuthorization(uint256 who, uint256 sender, uint256 amount) external counted {
        amount = bound(amount, 1, 1000 * USD);
        Key memory owner = people[who % PEOPLE];
        usdc.mint(owner.account, amount);
        Terms memory t = terms(owner.account, address(lanes), amount);
        t.nonce = bytes32(++salt);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(owner.secret, authorizationDigest(address(usdc), "Receive", t));
        vm.prank(person(sender));
        lanes.depositWithAuthorization(t.from, t.value, t.validAfter, t.validBefore, t.nonce, v, r, s);
        freeOf[owner.account] += amount;
        ++done;
    }

    function giveTokens(uint256 amount) external counted {
        amount = bound(amount, 1, USD);
        usdc.mint(address(lanes), amount);
        gifts += amount;
        ++done;
    }

    // Lanes

    function open(uint256 who, uint256 to, uint256 window, uint256 amount) external counted {
        if (live.length == LIVE_LANES) return;
        openOne(who, to, window, amount);
        ++done;
    }

    function topUp(uint256 which, uint256 amount) external counted {
        uint256 index = pick(which);
        Book storage it = books[index];
        amount = someOf(it.lane.payer, amount);
        vm.prank(it.lane.payer);
        if (it.closesAt != 0) {
            vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.LaneNotOpen.selector, it.laneId));
            lanes.topUp(it.lane, amount);
            return;
        }
        lanes.topUp(it.lane, amount);
        it.funded += amount;
        freeOf[it.lane.payer] -= amount;
        ++done;
    }

    /// @notice A batch of one to four rows, of lanes that may be the same one; some rows are bad in some way.
    function claim(uint256 seed, uint256 sender) external counted {
        pick(seed);
        uint256 rows = 1 + seed % 4;
        ISwarmLanes.Claim[] memory claims = new ISwarmLanes.Claim[](rows);
        uint256 expected;
        for (uint256 row; row < rows; ++row) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 credit;
            (claims[row], credit) = makeRow(seed);
            expected += credit;
        }
        vm.prank(person(sender));
        vm.assertEq(lanes.claim(claims), expected, "credited");
        if (expected != 0) ++done;
    }

    function startClose(uint256 which) external counted {
        uint256 index = pick(which);
        Book storage it = books[index];
        vm.prank(it.lane.payer);
        if (it.closesAt != 0) {
            vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.LaneNotOpen.selector, it.laneId));
            lanes.startClose(it.lane);
            return;
        }
        lanes.startClose(it.lane);
        it.closesAt = clock + it.lane.closeWindow;
        ++done;
    }

    function finishClose(uint256 which, uint256 sender) external counted {
        uint256 index = pick(which);
        Book storage it = books[index];
        vm.prank(person(sender));
        if (it.closesAt == 0) {
            vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.LaneNotClosing.selector, it.laneId));
            lanes.finishClose(it.lane);
            return;
        }
        if (clock < it.closesAt) {
            vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.CloseNotOver.selector, it.laneId, it.closesAt));
            lanes.finishClose(it.lane);
            clock = it.closesAt;
            vm.warp(clock);
        }
        lanes.finishClose(it.lane);
        bookClose(which, index);
    }

    /// @dev One call in four, or lanes would hardly live long enough to be claimed from.
    function release(uint256 which, uint256 seed) external counted {
        uint256 index = pick(which);
        if (seed % 4 != 0) return;
        vm.prank(books[index].lane.provider);
        lanes.releaseLane(books[index].lane);
        bookClose(which, index);
    }

    // Money out: whatever the books say is owed can be had, to the last unit

    function withdrawDeposit(uint256 who, uint256 to, uint256 amount) external counted {
        address owner = person(who);
        uint256 most = freeOf[owner];
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.InsufficientDeposit.selector, owner, most, most + 1));
        lanes.withdrawDeposit(owner, most + 1);
        if (most == 0) return;
        amount = bound(amount, 1, most);
        uint256 before = usdc.balanceOf(person(to));
        vm.prank(owner);
        lanes.withdrawDeposit(person(to), amount);
        vm.assertEq(usdc.balanceOf(person(to)) - before, amount, "paid out");
        freeOf[owner] -= amount;
        ++done;
    }

    function withdrawEarnings(uint256 who, uint256 to, uint256 amount) external counted {
        address owner = person(who);
        uint256 most = earnedBy[owner];
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(ISwarmLanes.InsufficientEarnings.selector, owner, most, most + 1));
        lanes.withdrawEarnings(owner, most + 1);
        if (most == 0) return;
        amount = bound(amount, 1, most);
        uint256 before = usdc.balanceOf(person(to));
        vm.prank(owner);
        lanes.withdrawEarnings(person(to), amount);
        vm.assertEq(usdc.balanceOf(person(to)) - before, amount, "paid out");
        earnedBy[owner] -= amount;
        ++done;
    }

    function pass(uint256 time) external counted {
        clock += bound(time, 1, 12 hours);
        ++done;
    }

    // What the invariants read

    function contracts() external view returns (ISwarmLanes, address) {
        return (lanes, address(usdc));
    }

    function person(uint256 index) public view returns (address) {
        return people[index % PEOPLE].account;
    }

    function laneCount() external view returns (uint256) {
        return books.length;
    }

    function liveCount() external view returns (uint256) {
        return live.length;
    }

    function liveBook(uint256 index) external view returns (Book memory) {
        return books[live[index]];
    }

    function bookOf(uint256 index) external view returns (Book memory) {
        return books[index];
    }

    // Private parts

    /// @dev The index of a live lane; opens one if there is none.
    function pick(uint256 which) private returns (uint256) {
        if (live.length == 0) openOne(which, which / PEOPLE, which, which);
        return live[which % live.length];
    }

    function openOne(uint256 who, uint256 to, uint256 window, uint256 amount) private {
        address owner = person(who);
        amount = someOf(owner, amount);
        uint32 closeWindow = uint32(bound(window, lanes.LEAST_CLOSE_WINDOW(), 3 days));
        (, uint64 nonce) = lanes.accountOf(owner);
        Lane memory lane = Lane(owner, person(to), person(who % PEOPLE + 1), closeWindow, nonce);
        vm.prank(owner);
        bytes32 laneId = lanes.openLane(lane.provider, lane.signer, closeWindow, amount);
        vm.assertEq(laneId, lanes.laneIdOf(lane), "id");
        freeOf[owner] -= amount;
        live.push(books.length);
        books.push(Book(lane, laneId, amount, 0, 0, 0, false));
    }

    /// @dev A part of what `owner` has free, which it first deposits if it has nothing.
    function someOf(address owner, uint256 amount) private returns (uint256) {
        if (freeOf[owner] == 0) approveAndDeposit(owner, owner, 1000 * USD);
        return bound(amount, 1, freeOf[owner]);
    }

    function approveAndDeposit(address from, address to, uint256 amount) private {
        usdc.mint(from, amount);
        vm.startPrank(from);
        usdc.approve(address(lanes), amount);
        lanes.deposit(to, amount);
        vm.stopPrank();
        freeOf[to] += amount;
    }

    /// @dev Five rows in eight are good; the others try to get money that is not theirs.
    function makeRow(uint256 seed) private returns (ISwarmLanes.Claim memory row, uint256 credit) {
        Book storage it = books[live[(seed >> 8) % live.length]];
        uint256 left = it.funded - it.claimed;
        uint256 kind = seed % 8;
        uint256 cumulative = it.claimed + (left == 0 ? 0 : 1 + (seed >> 64) % left);
        Lane memory lane = it.lane;
        if (kind == 5) cumulative = it.funded + 1 + (seed >> 64) % USD; // above the funding
        if (kind == 6) cumulative = (seed >> 64) % (it.claimed + 1); // an old one
        bytes32 digest = lanes.voucherDigest(it.laneId, uint128(cumulative), HEAD);
        row = ISwarmLanes.Claim(lane, uint128(cumulative), HEAD, sign(signerOf(lane), digest));
        it.signed = cumulative > it.signed ? cumulative : it.signed;
        if (kind == 7) {
            // A voucher of this lane, turned to another: a live one, or the closed one that lived before it.
            Book storage other = books[(seed >> 32) % books.length];
            row.lane = other.lane;
            if (other.laneId != it.laneId) return (row, 0);
        }
        if (cumulative <= it.claimed || cumulative > it.funded) return (row, 0);
        credit = cumulative - it.claimed;
        it.claimed = cumulative;
        earnedBy[lane.provider] += credit;
        ++claimedRows;
    }

    function signerOf(Lane memory lane) private view returns (Key memory) {
        for (uint256 i; i < PEOPLE; ++i) {
            if (people[i].account == lane.signer) return people[i];
        }
        revert("no such signer");
    }

    function bookClose(uint256 which, uint256 index) private {
        Book storage it = books[index];
        freeOf[it.lane.payer] += it.funded - it.claimed;
        it.funded = it.claimed;
        it.closed = true;
        live[which % live.length] = live[live.length - 1];
        live.pop();
        ++done;
    }
}
