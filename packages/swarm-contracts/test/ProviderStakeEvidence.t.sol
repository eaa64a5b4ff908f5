// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IProviderStake} from "../contracts/interfaces/IProviderStake.sol";
import {ProviderStake} from "../contracts/ProviderStake.sol";
import {Panel, Signature} from "../contracts/SwarmTypes.sol";
import {StakeFixture} from "./support/StakeFixture.sol";

/// @notice Which papers open a dispute: the valid whole with one thing changed.
contract ProviderStakeEvidenceTest is StakeFixture {
    Key private other = key("some other key");

    function test_lane_otherTermsThanTheJobs() external {
        IProviderStake.Evidence memory e = papers();
        e.lane.payer = stranger; // who would like the refund
        bytes32 found = keccak256(abi.encode(e.lane));
        refuse(e, broken("lane", e.job.laneId, found));
    }

    function test_job_changedAfterItWasSigned() external {
        IProviderStake.Evidence memory e = papers();
        e.job.maxCharge += 1;
        refusePartly(e, IProviderStake.WrongSigner.selector);
    }

    function test_job_notByTheLaneSigner() external {
        IProviderStake.Evidence memory e = papers();
        e.jobSignature = sign(other, digestOf(hashOf(e.job)));
        refuse(e, abi.encodeWithSelector(IProviderStake.WrongSigner.selector, "job", signer.account, other.account));
    }

    function test_job_notByThePayerEither() external {
        IProviderStake.Evidence memory e = papers();
        e.jobSignature = sign(key("payer"), digestOf(hashOf(e.job)));
        refuse(e, abi.encodeWithSelector(IProviderStake.WrongSigner.selector, "job", signer.account, requester));
    }

    function test_quote_otherThanTheJobs() external {
        IProviderStake.Evidence memory e = papers();
        e.quote.atRisk = uint128(STAKE);
        e.quoteSignature = sign(jobKey, digestOf(hashOf(e.quote)));
        refuse(e, broken("quote", e.job.quoteHash, hashOf(e.quote)));
    }

    function test_quote_ofAnotherProviderThanTheLane() external {
        IProviderStake.Evidence memory e = papers();
        e.quote.provider = stranger;
        seal(e);
        refuse(e, broken("provider", toWord(provider), toWord(stranger)));
    }

    function test_quote_notByAJobKey() external {
        IProviderStake.Evidence memory e = papers();
        e.quoteSignature = sign(other, digestOf(hashOf(e.quote)));
        refuse(e, notAJobKey("quote", other.account));
    }

    /// @dev The staker's own key is cold; it signs nothing unless it is made a job key.
    function test_quote_notByTheStakerItself() external {
        IProviderStake.Evidence memory e = papers();
        e.quoteSignature = sign(key("provider"), digestOf(hashOf(e.quote)));
        refuse(e, notAJobKey("quote", provider));
    }

    function test_quote_byAJobKeyOfAnotherProvider() external {
        setJobKey(stranger, other);
        IProviderStake.Evidence memory e = papers();
        e.quoteSignature = sign(other, digestOf(hashOf(e.quote)));
        refuse(e, notAJobKey("quote", other.account));
    }

    function test_receipt_ofAnotherJob() external {
        IProviderStake.Evidence memory e = papers();
        e.receipt.jobHash = hashOf(papers("second").job);
        e.receiptSignature = signReceipt(e.receipt);
        refuse(e, broken("receipt", e.receipt.jobHash, hashOf(e.job)));
    }

    function test_receipt_notByAJobKey() external {
        IProviderStake.Evidence memory e = papers();
        e.receiptSignature = sign(other, digestOf(hashOf(e.receipt)));
        refuse(e, notAJobKey("receipt", other.account));
    }

    function test_receipt_changedAfterItWasSigned() external {
        IProviderStake.Evidence memory e = papers();
        e.receipt.outTokens += 1;
        refusePartly(e, IProviderStake.NotAJobKey.selector);
    }

    /// @dev Provider 0 has every unknown key for its own, and nothing at stake.
    function test_lane_ofNobody() external {
        IProviderStake.Evidence memory e = papers();
        e.lane.provider = address(0);
        e.quote.provider = address(0);
        seal(e);
        e.quoteSignature = sign(other, digestOf(hashOf(e.quote)));
        e.receiptSignature = sign(other, digestOf(hashOf(e.receipt)));
        refuse(e, abi.encodeWithSelector(IProviderStake.NothingAtStake.selector, address(0)));
    }

    function test_earlierKeysStayLiable() external {
        IProviderStake.Evidence memory e = papers();
        setJobKey(provider, other);
        vm.assertEq(open(e), hashOf(e.job), "dispute");
    }

    function test_keysOfOneProviderMayBeMixed() external {
        setJobKey(provider, other);
        IProviderStake.Evidence memory e = papers();
        e.receiptSignature = sign(other, digestOf(hashOf(e.receipt)));
        open(e);
    }

    // Panels

    function test_panel_otherThanTheQuotes() external {
        IProviderStake.Evidence memory e = papers();
        Panel memory panel = panelOf(3, 1);
        refuse(e, panel, broken("panel", setOf(panel_()), setOf(panel)));
        panel = panelOf(4, 2);
        refuse(e, panel, broken("panel", setOf(panel_()), setOf(panel)));
    }

    function test_panel_refusesThoseThatCannotJudge() external {
        refusePanel(0, 0);
        refusePanel(0, 1);
        refusePanel(3, 0);
        refusePanel(3, 4);
        refusePanel(16, 8);
    }

    function test_panel_takesTheSmallestAndTheLargest() external {
        openWith("smallest", panelOf(1, 1));
        openWith("largest", panelOf(15, 15));
    }

    // Replays

    function test_replay_fromAnotherChain() external {
        IProviderStake.Evidence memory e = papers();
        Signature memory given = consent(other, provider, PEER);
        vm.chainId(block.chainid + 1);
        refusePartly(e, IProviderStake.WrongSigner.selector);
        vm.expectPartialRevert(IProviderStake.WrongSigner.selector);
        vm.prank(provider);
        stakes.setJobKey(other.account, PEER, given);
        signAll(e, jobKey);
        open(e);
    }

    function test_replay_fromAnotherContract() external {
        IProviderStake.Evidence memory e = papers();
        stakes = deploy();
        stake(provider, STAKE);
        setJobKey(provider, jobKey);
        refusePartly(e, IProviderStake.WrongSigner.selector);
        signAll(e, jobKey);
        open(e);
    }

    /// @dev Each of the three signatures on its own is bound to chain and contract.
    function test_replay_ofEachSignature() external {
        IProviderStake.Evidence memory e = papers();
        bytes32 quoteHash = hashOf(e.quote);
        bytes32 receiptHash = hashOf(e.receipt);
        e.quoteSignature = sign(jobKey, digestFor(quoteHash, block.chainid + 1, address(stakes)));
        refusePartly(e, IProviderStake.NotAJobKey.selector);
        e.quoteSignature = sign(jobKey, digestFor(quoteHash, block.chainid, stranger));
        refusePartly(e, IProviderStake.NotAJobKey.selector);
        signAll(e, jobKey);
        e.receiptSignature = sign(jobKey, digestFor(receiptHash, block.chainid + 1, address(stakes)));
        refusePartly(e, IProviderStake.NotAJobKey.selector);
        e.receiptSignature = sign(jobKey, digestFor(receiptHash, block.chainid, stranger));
        refusePartly(e, IProviderStake.NotAJobKey.selector);
        signAll(e, jobKey);
        open(e);
    }

    // Malleability: the compact form has one bit for the parity and none to spare for a large s

    function test_signature_largeSIsRefused() external {
        IProviderStake.Evidence memory e = papers();
        bytes32 s = bytes32(HALF_ORDER + 1);
        e.receiptSignature.vs = s;
        refuse(e, abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, s));
    }

    function test_signature_twinIsAnotherKeys() external {
        IProviderStake.Evidence memory e = papers();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(jobKey.secret, digestOf(hashOf(e.receipt)));
        (v, r, s) = twin(v, r, s);
        // What is left of the large s once the parity took its highest bit.
        uint256 parity = uint256(v - 27) << 255;
        e.receiptSignature = Signature(r, bytes32((uint256(s) & ~(uint256(1) << 255)) | parity));
        fund(challenger, BOND);
        vm.prank(challenger);
        (bool opened,) = address(stakes).call(abi.encodeCall(ProviderStake.openDispute, (e, panel_(), ROOT)));
        vm.assertTrue(!opened, "opened with a twin");
    }

    function test_signature_zeroIsNobodys() external {
        IProviderStake.Evidence memory e = papers();
        e.lane.signer = address(0);
        seal(e);
        e.jobSignature = Signature(0, 0);
        refuse(e, abi.encodeWithSelector(ECDSA.ECDSAInvalidSignature.selector));
    }

    // Any one bit

    /// @dev Whatever is flipped in the sealed papers, they no longer open a dispute.
    function testFuzz_anyBitFlipped(uint256 bit) external {
        IProviderStake.Evidence memory e = papers();
        bytes memory call = abi.encodeCall(ProviderStake.openDispute, (e, panel_(), ROOT));
        // The evidence is static: it stands whole after the selector.
        uint256 length = abi.encode(e).length;
        bit = bound(bit, 0, length * 8 - 1);
        call[4 + bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        fund(challenger, BOND);
        vm.prank(challenger);
        (bool opened,) = address(stakes).call(call);
        vm.assertTrue(!opened, "opened with a bit flipped");
    }

    // How

    function openWith(string memory name, Panel memory panel) private {
        IProviderStake.Evidence memory e = papers(name);
        e.quote.arbiterSet = setOf(panel);
        seal(e);
        open(e, panel);
    }

    function refusePanel(uint256 size, uint8 threshold) private {
        Panel memory panel = panelOf(size, threshold);
        IProviderStake.Evidence memory e = papers();
        e.quote.arbiterSet = setOf(panel);
        seal(e);
        refuse(e, panel, abi.encodeWithSelector(IProviderStake.InvalidPanel.selector, size, threshold, 15));
    }

    function refuse(IProviderStake.Evidence memory e, bytes memory why) private {
        refuse(e, panel_(), why);
    }

    function refuse(IProviderStake.Evidence memory e, Panel memory panel, bytes memory why) private {
        fund(challenger, BOND);
        vm.expectRevert(why);
        vm.prank(challenger);
        stakes.openDispute(e, panel, ROOT);
    }

    function refusePartly(IProviderStake.Evidence memory e, bytes4 why) private {
        fund(challenger, BOND);
        vm.expectPartialRevert(why);
        vm.prank(challenger);
        stakes.openDispute(e, panel_(), ROOT);
    }

    function broken(string memory what, bytes32 expected, bytes32 found) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IProviderStake.BrokenLink.selector, what, expected, found);
    }

    function notAJobKey(string memory what, address by) private view returns (bytes memory) {
        return abi.encodeWithSelector(IProviderStake.NotAJobKey.selector, what, by, provider);
    }

    function toWord(address who) private pure returns (bytes32) {
        return bytes32(uint256(uint160(who)));
    }
}
