// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

// What the two sides of the swarm sign, off chain, under EIP-712. The same structs and the same hashes stand in
// packages/swarm/src/deal; vectors/*.json hold both to each other.
//
// Two units of money: micro-USDC (USDC's own 6 decimals; every amount a contract moves) and pico-USDC
// (10^-12 USDC; prices and charges, because $0.40 per million tokens is 0.4 micro-USDC a token).

/// @notice The terms of a lane, fixed when it opens. Its id is keccak256(abi.encode(lane)); contracts keep the id only.
struct Lane {
    address payer; // owns the deposit, opens and closes
    address provider; // earns what is claimed
    address signer; // signs vouchers and jobs: a hot key that cannot withdraw
    uint32 closeWindow; // seconds between the start of a close and its end
    uint64 nonce; // counts the lanes of this payer: no id twice
}

/// @notice A signature in the compact form of EIP-2098.
struct Signature {
    bytes32 r;
    bytes32 vs;
}

/// @notice What the lane signer owes the provider in all on this lane. EIP-712, domain of SwarmLanes.
struct Voucher {
    bytes32 laneId;
    uint128 cumulative; // micro-USDC since the lane opened; never falls
    bytes32 ledgerHead; // the payer's audit log when this was signed
}

/// @notice What a provider offers. Signed by its job key. EIP-712, domain of ProviderStake, as all below.
struct Quote {
    address provider; // the staker, not the job key
    bytes32 peerIdHash; // SHA-256 of the libp2p PeerId's bytes
    bytes32 modelId; // hash of the model's weights and chat template
    uint64 inPico; // pico-USDC for a prompt token that is evaluated
    uint64 outPico; // pico-USDC for a token that is generated
    uint64 cachedPico; // pico-USDC for a prompt token that was in the cache
    uint32 maxCtx; // tokens
    uint32 chunkTokens; // generated tokens per receipt
    bytes32 arbiterSet; // keccak256(abi.encode(arbiters, threshold))
    uint128 atRisk; // micro-USDC of stake that one guilty verdict takes
    uint64 validUntil; // unix seconds
    bytes32 nonce;
}

/// @notice What a requester orders. Signed by the lane signer.
struct Job {
    bytes32 jobId; // keccak256(laneId, clientKey, requestCommit): the same request twice is one job
    bytes32 laneId;
    bytes32 quoteHash; // EIP-712 struct hash of the quote
    bytes32 requestCommit; // salted hash of the request
    uint128 maxCharge; // pico-USDC
    uint32 maxOut; // generated tokens
    uint64 deadline; // unix seconds
    uint32 attempt; // 0 for the first; a retry is another job hash
}

/// @notice What a provider has done on a job so far. Signed by its job key. Counts and charge are sums since seq 0.
struct ChunkReceipt {
    bytes32 jobHash; // EIP-712 struct hash of the job
    uint32 seq; // 0, 1, 2, ...
    bytes32 prev; // struct hash of the receipt before, or 0
    bytes32 leafRoot; // Merkle root over the tokens of this chunk
    uint32 inTokens; // prompt tokens evaluated, cached ones not counted
    uint32 cachedTokens;
    uint32 outTokens;
    uint128 chargedPico;
    uint64 signedAt; // unix seconds
    uint8 finish; // 0 more to come, 1 stop, 2 length, 3 cancelled, 4 error
}

/// @notice Who judges a dispute. Both sides signed for its hash, `Quote.arbiterSet`.
struct Panel {
    address[] arbiters;
    uint8 threshold;
}

/// @notice What the panel decided. Signed by at least `threshold` arbiters.
struct Verdict {
    bytes32 disputeId; // the job hash
    bool guilty;
    uint128 refund; // micro-USDC
    bytes32 evidenceRoot;
}

/// @notice A job key's consent to work for a provider. Signed by the job key.
struct JobKey {
    address provider;
    bytes32 peerIdHash;
}
