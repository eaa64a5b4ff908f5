// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ChunkReceipt, Job, JobKey, Lane, Panel, Quote, Verdict} from "../SwarmTypes.sol";

/// @title EIP-712 struct hashes of everything that is signed
/// @dev Every member is a static word, so `abi.encode(TYPEHASH, object)` is EIP-712's encodeData.
/// packages/swarm/src/deal/typed-data.ts computes the same; vectors/deal.json holds the two together.
library SwarmHashes {
    bytes32 internal constant VOUCHER_TYPEHASH =
        keccak256("Voucher(bytes32 laneId,uint128 cumulative,bytes32 ledgerHead)");
    bytes32 internal constant QUOTE_TYPEHASH = keccak256(
        "Quote(address provider,bytes32 peerIdHash,bytes32 modelId,uint64 inPico,uint64 outPico,uint64 cachedPico,uint32 maxCtx,uint32 chunkTokens,bytes32 arbiterSet,uint128 atRisk,uint64 validUntil,bytes32 nonce)"
    );
    bytes32 internal constant JOB_TYPEHASH = keccak256(
        "Job(bytes32 jobId,bytes32 laneId,bytes32 quoteHash,bytes32 requestCommit,uint128 maxCharge,uint32 maxOut,uint64 deadline,uint32 attempt)"
    );
    bytes32 internal constant CHUNK_RECEIPT_TYPEHASH = keccak256(
        "ChunkReceipt(bytes32 jobHash,uint32 seq,bytes32 prev,bytes32 leafRoot,uint32 inTokens,uint32 cachedTokens,uint32 outTokens,uint128 chargedPico,uint64 signedAt,uint8 finish)"
    );
    bytes32 internal constant VERDICT_TYPEHASH =
        keccak256("Verdict(bytes32 disputeId,bool guilty,uint128 refund,bytes32 evidenceRoot)");
    bytes32 internal constant JOB_KEY_TYPEHASH = keccak256("JobKey(address provider,bytes32 peerIdHash)");

    function laneId(Lane calldata lane) internal pure returns (bytes32) {
        return keccak256(abi.encode(lane));
    }

    function arbiterSet(Panel calldata panel) internal pure returns (bytes32) {
        return keccak256(abi.encode(panel.arbiters, panel.threshold));
    }

    function hash(bytes32 lane, uint128 cumulative, bytes32 ledgerHead) internal pure returns (bytes32) {
        return keccak256(abi.encode(VOUCHER_TYPEHASH, lane, cumulative, ledgerHead));
    }

    function hash(Quote calldata quote) internal pure returns (bytes32) {
        return keccak256(abi.encode(QUOTE_TYPEHASH, quote));
    }

    function hash(Job calldata job) internal pure returns (bytes32) {
        return keccak256(abi.encode(JOB_TYPEHASH, job));
    }

    function hash(ChunkReceipt calldata receipt) internal pure returns (bytes32) {
        return keccak256(abi.encode(CHUNK_RECEIPT_TYPEHASH, receipt));
    }

    function hash(Verdict calldata verdict) internal pure returns (bytes32) {
        return keccak256(abi.encode(VERDICT_TYPEHASH, verdict));
    }

    function hash(JobKey memory jobKey) internal pure returns (bytes32) {
        return keccak256(abi.encode(JOB_KEY_TYPEHASH, jobKey));
    }
}
