// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IProviderStake} from "./interfaces/IProviderStake.sol";
import {SwarmHashes} from "./libraries/SwarmHashes.sol";
import {ChunkReceipt, Job, JobKey, Lane, Quote, Signature} from "./SwarmTypes.sol";

/// @title Whose word is whose: job keys, and whether papers about a job hold together
/// @notice The half of ProviderStake that holds no money.
/// @dev The chain of evidence, each arrow a hash that the object on its left carries:
///
///     receipt --jobHash--> job --laneId----> lane (payer, provider, signer)
///                           |----quoteHash--> quote (provider, prices, atRisk, arbiterSet)
///
/// A receipt of the provider's job key thus vouches for the job, the lane and the quote that it names, so a proof of
/// the provider's own lie needs no signature of the requester. No address is 0 here: ECDSA.recover never returns it.
abstract contract JobEvidence is IProviderStake, EIP712 {
    /// @inheritdoc IProviderStake
    mapping(address jobKey => address provider) public providerOf;

    /// @dev Binds `jobKey` to `provider` for ever, with the key's consent.
    function _bindJobKey(address provider, address jobKey, bytes32 peerIdHash, Signature calldata signature) internal {
        _requireSignedBy("job key", jobKey, SwarmHashes.hash(JobKey(provider, peerIdHash)), signature);
        address bound = providerOf[jobKey];
        require(bound == address(0) || bound == provider, JobKeyTaken(jobKey, bound));
        providerOf[jobKey] = provider;
    }

    /// @dev All that a dispute rests on. Returns the job's hash.
    function _checkEvidence(Evidence calldata evidence) internal view returns (bytes32 jobHash) {
        jobHash = _checkJob(evidence.lane, evidence.job);
        _requireSignedBy("job", evidence.lane.signer, jobHash, evidence.jobSignature);
        _checkQuote(evidence.lane, evidence.quote, evidence.quoteSignature, evidence.job);
        _checkReceipt(evidence.lane, jobHash, evidence.receipt, evidence.receiptSignature);
    }

    function _checkJob(Lane calldata lane, Job calldata job) internal pure returns (bytes32 jobHash) {
        _requireLink("lane", job.laneId, SwarmHashes.laneId(lane));
        return SwarmHashes.hash(job);
    }

    function _checkQuote(Lane calldata lane, Quote calldata quote, Signature calldata signature, Job calldata job)
        internal
        view
    {
        bytes32 quoteHash = SwarmHashes.hash(quote);
        _requireLink("quote", job.quoteHash, quoteHash);
        require(
            quote.provider == lane.provider, BrokenLink("provider", _toWord(lane.provider), _toWord(quote.provider))
        );
        _requireSignedFor("quote", lane.provider, quoteHash, signature);
    }

    function _checkReceipt(
        Lane calldata lane,
        bytes32 jobHash,
        ChunkReceipt calldata receipt,
        Signature calldata signature
    ) internal view returns (bytes32 receiptHash) {
        _requireLink("receipt", receipt.jobHash, jobHash);
        receiptHash = SwarmHashes.hash(receipt);
        _requireSignedFor("receipt", lane.provider, receiptHash, signature);
    }

    function _requireLink(string memory what, bytes32 expected, bytes32 found) internal pure {
        require(found == expected, BrokenLink(what, expected, found));
    }

    function _requireSignedBy(string memory what, address expected, bytes32 structHash, Signature calldata signature)
        private
        view
    {
        address signer = _recover(structHash, signature);
        require(signer == expected, WrongSigner(what, expected, signer));
    }

    function _requireSignedFor(string memory what, address provider, bytes32 structHash, Signature calldata signature)
        private
        view
    {
        address signer = _recover(structHash, signature);
        // A lane of provider 0 passes with a key of nobody; nobody has no stake.
        require(providerOf[signer] == provider, NotAJobKey(what, signer, provider));
    }

    function _recover(bytes32 structHash, Signature calldata signature) private view returns (address) {
        return ECDSA.recover(_hashTypedDataV4(structHash), signature.r, signature.vs);
    }

    function _toWord(address account) private pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }
}
