// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IProviderStake} from "../../contracts/interfaces/IProviderStake.sol";
import {SwarmHashes} from "../../contracts/libraries/SwarmHashes.sol";
import {MockUSDC} from "../../contracts/mocks/MockUSDC.sol";
import {ProviderStake} from "../../contracts/ProviderStake.sol";
import {ChunkReceipt, Job, Lane, Panel, Quote, Signature, Verdict} from "../../contracts/SwarmTypes.sol";
import {Test} from "./Test.sol";

/// @notice A token, the contract, a provider with stake and key, its customer and a panel; builders of a valid whole.
abstract contract StakeFixture is Test {
    uint256 internal constant USD = 1e6;
    uint256 internal constant PICO = 1e12; // pico-USDC in 1 USDC
    uint256 internal constant BOND = 10 * USD + 1; // odd, to see which way halves are rounded
    uint256 internal constant STAKE = 1000 * USD;
    uint128 internal constant AT_RISK = uint128(100 * USD);
    bytes32 internal constant PEER = keccak256("peer id");
    bytes32 internal constant ROOT = keccak256("evidence root");
    uint256 internal constant NOW = 1_800_000_000;

    MockUSDC internal usdc;
    ProviderStake internal stakes;
    address internal provider = account("provider");
    address internal requester = account("payer");
    /// The lane's signer, so that bond and reward are seen apart from the refund, which is the payer's.
    address internal challenger = account("lane signer");
    address internal stranger = account("stranger");
    Key internal jobKey = key("job key");
    Key internal signer = key("lane signer");
    Key[] private arbiters; // deriving a key is dear: once

    function setUp() public virtual {
        vm.warp(NOW);
        for (uint256 seat; seat < 16; ++seat) {
            arbiters.push(key(string.concat("arbiter ", vm.toString(seat))));
        }
        usdc = new MockUSDC();
        stakes = deploy();
        stake(provider, STAKE);
        setJobKey(provider, jobKey);
    }

    function deploy() internal returns (ProviderStake) {
        return new ProviderStake(address(usdc), BOND);
    }

    // Money

    /// @notice Mints `amount` for `who` and lets the contract take it.
    function fund(address who, uint256 amount) internal {
        usdc.mint(who, amount);
        vm.prank(who);
        usdc.approve(address(stakes), amount);
    }

    function stake(address who, uint256 amount) internal {
        fund(who, amount);
        vm.prank(who);
        stakes.stake(amount);
    }

    function startUnstake(address who, uint256 amount) internal {
        vm.prank(who);
        stakes.startUnstake(amount);
    }

    function finishUnstake(address who) internal {
        vm.prank(who);
        stakes.finishUnstake(who);
    }

    // What is signed. A sealed whole has all links and signatures; change it first, or change it after to break it.

    /// @notice EIP-712's digest, computed apart from the contract.
    function digestOf(bytes32 structHash) internal view returns (bytes32) {
        return digestFor(structHash, block.chainid, address(stakes));
    }

    function digestFor(bytes32 structHash, uint256 chain, address verifier) internal pure returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Unhosted ProviderStake"),
                keccak256("1"),
                chain,
                verifier
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function consent(Key memory by, address to, bytes32 peer) internal view returns (Signature memory) {
        return sign(by, digestOf(keccak256(abi.encode(SwarmHashes.JOB_KEY_TYPEHASH, to, peer))));
    }

    function setJobKey(address who, Key memory to) internal {
        Signature memory signature = consent(to, who, PEER);
        vm.prank(who);
        stakes.setJobKey(to.account, PEER, signature);
    }

    function arbiter(uint256 seat) internal view returns (Key memory) {
        return arbiters[seat];
    }

    function panelOf(uint256 size, uint8 threshold) internal view returns (Panel memory panel) {
        panel.arbiters = new address[](size);
        panel.threshold = threshold;
        for (uint256 seat; seat < size; ++seat) {
            panel.arbiters[seat] = arbiter(seat).account;
        }
    }

    /// @notice Two of three.
    function panel_() internal view returns (Panel memory) {
        return panelOf(3, 2);
    }

    function laneOf(address payer, address to) internal view returns (Lane memory) {
        return Lane(payer, to, signer.account, 24 hours, 0);
    }

    /// @notice The first job of the customer with the provider: a charge of 0.42 USDC, honest, and 1 USDC allowed.
    function papers() internal view returns (IProviderStake.Evidence memory) {
        return papers("first");
    }

    function papers(string memory name) internal view returns (IProviderStake.Evidence memory e) {
        e = draft(name);
        seal(e);
    }

    /// @notice The same, neither linked nor signed.
    function draft(string memory name) internal view returns (IProviderStake.Evidence memory e) {
        e.lane = laneOf(requester, provider);
        e.quote = Quote({
            provider: provider,
            peerIdHash: PEER,
            modelId: keccak256("model"),
            inPico: 400_000,
            outPico: 1_600_000,
            cachedPico: 40_000,
            maxCtx: 8192,
            chunkTokens: 64,
            arbiterSet: setOf(panel_()),
            atRisk: AT_RISK,
            validUntil: uint64(NOW + 1 hours),
            nonce: keccak256("quote")
        });
        e.job.jobId = keccak256(bytes(name));
        e.job.requestCommit = keccak256("request");
        e.job.maxCharge = uint128(PICO);
        e.job.maxOut = 1024;
        e.job.deadline = uint64(NOW + 1 hours);
        e.receipt.leafRoot = keccak256("tokens");
        e.receipt.inTokens = 1000;
        e.receipt.cachedTokens = 500;
        e.receipt.outTokens = 0;
        e.receipt.chargedPico = 0.00042e12; // 1000 * 400,000 + 500 * 40,000
        e.receipt.signedAt = uint64(NOW);
    }

    function setOf(Panel memory panel) internal pure returns (bytes32) {
        return keccak256(abi.encode(panel.arbiters, panel.threshold));
    }

    /// @notice Links all that names another by its hash, and signs it.
    function seal(IProviderStake.Evidence memory e) internal view {
        link(e);
        signAll(e, jobKey);
    }

    function link(IProviderStake.Evidence memory e) internal pure {
        e.job.laneId = keccak256(abi.encode(e.lane));
        e.job.quoteHash = hashOf(e.quote);
        e.receipt.jobHash = hashOf(e.job);
    }

    function signAll(IProviderStake.Evidence memory e, Key memory by) internal view {
        e.quoteSignature = sign(by, digestOf(hashOf(e.quote)));
        e.jobSignature = sign(signer, digestOf(hashOf(e.job)));
        e.receiptSignature = sign(by, digestOf(hashOf(e.receipt)));
    }

    function signReceipt(ChunkReceipt memory receipt) internal view returns (Signature memory) {
        return sign(jobKey, digestOf(hashOf(receipt)));
    }

    function hashOf(Quote memory quote) internal pure returns (bytes32) {
        return keccak256(abi.encode(SwarmHashes.QUOTE_TYPEHASH, quote));
    }

    function hashOf(Job memory job) internal pure returns (bytes32) {
        return keccak256(abi.encode(SwarmHashes.JOB_TYPEHASH, job));
    }

    function hashOf(ChunkReceipt memory receipt) internal pure returns (bytes32) {
        return keccak256(abi.encode(SwarmHashes.CHUNK_RECEIPT_TYPEHASH, receipt));
    }

    function hashOf(Verdict memory verdict) internal pure returns (bytes32) {
        return keccak256(abi.encode(SwarmHashes.VERDICT_TYPEHASH, verdict));
    }

    /// @notice Another receipt for the same job and seq: the tokens differ.
    function twinOf(ChunkReceipt memory receipt) internal pure returns (ChunkReceipt memory other) {
        other = abi.decode(abi.encode(receipt), (ChunkReceipt));
        other.leafRoot = keccak256("other tokens");
    }

    // Disputes and proofs

    function open(IProviderStake.Evidence memory e) internal returns (bytes32 disputeId) {
        return open(e, panel_());
    }

    function open(IProviderStake.Evidence memory e, Panel memory panel) internal returns (bytes32 disputeId) {
        return open(e, panel, challenger);
    }

    function open(IProviderStake.Evidence memory e, Panel memory panel, address by)
        internal
        returns (bytes32 disputeId)
    {
        fund(by, BOND);
        vm.prank(by);
        return stakes.openDispute(e, panel, ROOT);
    }

    function refuse(IProviderStake.Evidence memory e, address by, bytes memory why) internal {
        fund(by, BOND);
        vm.expectRevert(why);
        vm.prank(by);
        stakes.openDispute(e, panel_(), ROOT);
    }

    /// @notice Signatures of the arbiters with these seats.
    function verdictBy(Verdict memory verdict, uint256[] memory seats)
        internal
        view
        returns (Signature[] memory signatures)
    {
        signatures = new Signature[](seats.length);
        for (uint256 i; i < seats.length; ++i) {
            signatures[i] = sign(arbiter(seats[i]), digestOf(hashOf(verdict)));
        }
    }

    /// @notice The seats 0 to `count` - 1.
    function first(uint256 count) internal pure returns (uint256[] memory seats) {
        seats = new uint256[](count);
        for (uint256 seat; seat < count; ++seat) {
            seats[seat] = seat;
        }
    }

    function resolve(bytes32 disputeId, bool guilty, uint256 refund) internal {
        Verdict memory verdict = Verdict(disputeId, guilty, uint128(refund), ROOT);
        stakes.resolveDispute(verdict, panel_(), verdictBy(verdict, first(2)));
    }

    function equivocation(IProviderStake.Evidence memory e) internal {
        ChunkReceipt memory other = twinOf(e.receipt);
        Signature memory signature = signReceipt(other);
        vm.prank(challenger);
        stakes.slashEquivocation(e.lane, e.job, e.receipt, e.receiptSignature, other, signature);
    }

    function overcharge(IProviderStake.Evidence memory e) internal {
        vm.prank(challenger);
        stakes.slashOvercharge(e.lane, e.quote, e.quoteSignature, e.job, e.receipt, e.receiptSignature);
    }

    // What is seen

    function staked() internal view returns (uint256) {
        return stakes.stakeOf(provider).amount;
    }

    function openDisputes() internal view returns (uint256) {
        return stakes.stakeOf(provider).openDisputes;
    }

    function assertCredits(uint256 ofRequester, uint256 ofChallenger, uint256 ofProvider, uint256 ofGrave)
        internal
        view
    {
        vm.assertEq(stakes.creditOf(requester), ofRequester, "credit of the requester");
        vm.assertEq(stakes.creditOf(challenger), ofChallenger, "credit of the challenger");
        vm.assertEq(stakes.creditOf(provider), ofProvider, "credit of the provider");
        vm.assertEq(stakes.burnable(), ofGrave, "burnable");
    }
}
