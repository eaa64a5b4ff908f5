// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ChunkReceipt, Job, Lane, Panel, Quote, Signature, Verdict} from "../SwarmTypes.sol";

/// @title What a provider stands to lose
interface IProviderStake {
    /// @notice What is stored of a provider.
    struct Stake {
        uint104 amount; // micro-USDC, what is leaving and what is reserved included
        uint104 reserved; // micro-USDC held for open disputes
        uint32 openDisputes;
        uint104 leaving; // micro-USDC asked back
        uint48 leavesAt; // unix seconds; 0: nothing is leaving
        address jobKey; // the current one; earlier ones stay liable
        bytes32 peerIdHash;
    }

    /// @notice A job as both sides signed it.
    struct Evidence {
        Lane lane;
        Quote quote;
        Signature quoteSignature; // by a job key of lane.provider
        Job job;
        Signature jobSignature; // by lane.signer
        ChunkReceipt receipt;
        Signature receiptSignature; // by a job key of lane.provider
    }

    enum Status {
        None,
        Open,
        Guilty,
        NotGuilty
    }

    struct Dispute {
        address provider;
        uint48 decidesBy; // unix seconds; a verdict counts up to and including this second
        Status status;
        address challenger;
        address requester;
        uint104 reserved; // micro-USDC that a guilty verdict takes
        uint104 refundCap; // micro-USDC
        uint104 bond; // micro-USDC
        bytes32 arbiterSet;
    }

    event Staked(address indexed provider, uint256 amount, uint256 total);
    event JobKeySet(address indexed provider, address indexed jobKey, bytes32 indexed peerIdHash);
    event Unstaking(address indexed provider, uint256 amount, uint256 leavesAt);
    event Unstaked(address indexed provider, address indexed to, uint256 amount);
    event DisputeOpened(
        bytes32 indexed disputeId,
        address indexed provider,
        address indexed challenger,
        uint256 reserved,
        uint256 decidesBy,
        bytes32 evidenceRoot
    );
    event DisputeResolved(bytes32 indexed disputeId, bool guilty, uint256 refund, bytes32 evidenceRoot);
    event DisputeExpired(bytes32 indexed disputeId);
    event Slashed(
        address indexed provider,
        bytes32 indexed jobHash,
        address indexed challenger,
        uint256 slashed,
        uint256 refund,
        uint256 reward,
        uint256 burned
    );
    event CreditWithdrawn(address indexed account, address indexed to, uint256 amount);
    event Burned(uint256 amount);

    function stake(uint256 amount) external;
    function setJobKey(address jobKey, bytes32 peerIdHash, Signature calldata signature) external;
    function startUnstake(uint256 amount) external;
    function finishUnstake(address to) external;
    function openDispute(Evidence calldata evidence, Panel calldata panel, bytes32 evidenceRoot)
        external
        returns (bytes32 disputeId);
    function resolveDispute(Verdict calldata verdict, Panel calldata panel, Signature[] calldata signatures) external;
    function expireDispute(bytes32 disputeId) external;
    function slashEquivocation(
        Lane calldata lane,
        Job calldata job,
        ChunkReceipt calldata first,
        Signature calldata firstSignature,
        ChunkReceipt calldata second,
        Signature calldata secondSignature
    ) external;
    function slashOvercharge(
        Lane calldata lane,
        Quote calldata quote,
        Signature calldata quoteSignature,
        Job calldata job,
        ChunkReceipt calldata receipt,
        Signature calldata receiptSignature
    ) external;
    function withdrawCredit(address to, uint256 amount) external;
    function burn() external;

    function usdc() external view returns (address);
    function stakeOf(address provider) external view returns (Stake memory);
    function providerOf(address jobKey) external view returns (address);
    function disputeOf(bytes32 disputeId) external view returns (Dispute memory);
    function creditOf(address account) external view returns (uint256);
    function burnable() external view returns (uint256);
}
