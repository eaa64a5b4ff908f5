// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SwarmHashes} from "../contracts/libraries/SwarmHashes.sol";
import {StakeMath} from "../contracts/libraries/StakeMath.sol";
import {ProviderStake} from "../contracts/ProviderStake.sol";
import {SwarmLanes} from "../contracts/SwarmLanes.sol";
import {ChunkReceipt, Job, JobKey, Lane, Panel, Quote, Verdict} from "../contracts/SwarmTypes.sol";
import {Test} from "./support/Test.sol";

/// @notice Solidity's half of vectors/deal.json; TypeScript's is packages/swarm/src/deal/vectors.test.ts.
contract VectorsTest is Test {
    string private json;

    function setUp() public {
        json = vm.readFile(string.concat(vm.projectRoot(), "/vectors/deal.json"));
    }

    function test_typeHashes() public view {
        vm.assertEq(word(".typeHashes.Voucher"), SwarmHashes.VOUCHER_TYPEHASH, "Voucher");
        vm.assertEq(word(".typeHashes.Quote"), SwarmHashes.QUOTE_TYPEHASH, "Quote");
        vm.assertEq(word(".typeHashes.Job"), SwarmHashes.JOB_TYPEHASH, "Job");
        vm.assertEq(word(".typeHashes.ChunkReceipt"), SwarmHashes.CHUNK_RECEIPT_TYPEHASH, "ChunkReceipt");
        vm.assertEq(word(".typeHashes.Verdict"), SwarmHashes.VERDICT_TYPEHASH, "Verdict");
        vm.assertEq(word(".typeHashes.JobKey"), SwarmHashes.JOB_KEY_TYPEHASH, "JobKey");
    }

    function test_domainSeparators() public view {
        uint256 seen;
        for (; has(row(".deployments", seen)); seen++) {
            string memory path = row(".deployments", seen);
            uint256 chain = number(string.concat(path, ".chainId"));
            bytes32 lanes = separator("Unhosted SwarmLanes", chain, account_(string.concat(path, ".swarmLanes")));
            bytes32 stake = separator("Unhosted ProviderStake", chain, account_(string.concat(path, ".providerStake")));
            vm.assertEq(word(string.concat(path, ".lanesSeparator")), lanes, "lanes");
            vm.assertEq(word(string.concat(path, ".stakeSeparator")), stake, "stake");
        }
        vm.assertEq(seen, 2, "deployments");
    }

    function test_vouchers() public view {
        checkAll("Voucher", this.voucherHash);
    }

    function test_quotes() public view {
        checkAll("Quote", this.quoteHash);
    }

    function test_jobs() public view {
        checkAll("Job", this.jobHash);
    }

    function test_receipts() public view {
        checkAll("ChunkReceipt", this.receiptHash);
    }

    function test_verdicts() public view {
        checkAll("Verdict", this.verdictHash);
    }

    function test_jobKeys() public view {
        checkAll("JobKey", this.jobKeyHash);
    }

    function test_laneIds() public view {
        uint256 seen;
        for (; has(row(".lanes", seen)); seen++) {
            string memory path = row(".lanes", seen);
            string memory o = string.concat(path, ".object");
            Lane memory lane = Lane({
                payer: account_(string.concat(o, ".payer")),
                provider: account_(string.concat(o, ".provider")),
                signer: account_(string.concat(o, ".signer")),
                closeWindow: uint32(number(string.concat(o, ".closeWindow"))),
                nonce: uint64(number(string.concat(o, ".nonce")))
            });
            vm.assertEq(word(string.concat(path, ".laneId")), this.laneId(lane), path);
        }
        vm.assertEq(seen, 3, "lanes");
    }

    function test_arbiterSets() public view {
        uint256 seen;
        for (; has(row(".panels", seen)); seen++) {
            string memory path = row(".panels", seen);
            string memory o = string.concat(path, ".object");
            Panel memory panel;
            panel.threshold = uint8(number(string.concat(o, ".threshold")));
            panel.arbiters = abi.decode(vm.parseJson(json, string.concat(o, ".arbiters")), (address[]));
            vm.assertEq(word(string.concat(path, ".arbiterSet")), this.arbiterSet(panel), path);
        }
        vm.assertEq(seen, 3, "panels");
    }

    function test_jobIds() public view {
        uint256 seen;
        for (; has(row(".jobIds", seen)); seen++) {
            string memory path = row(".jobIds", seen);
            bytes32 id = keccak256(
                abi.encode(
                    word(string.concat(path, ".laneId")),
                    word(string.concat(path, ".clientKey")),
                    word(string.concat(path, ".requestCommit"))
                )
            );
            vm.assertEq(word(string.concat(path, ".jobId")), id, path);
        }
        vm.assertEq(seen, 3, "job ids");
    }

    function test_overcharge() public view {
        uint256 seen;
        uint256 frauds;
        for (; has(row(".overcharge", seen)); seen++) {
            string memory path = row(".overcharge", seen);
            uint256 allowed = allowedPico(path);
            vm.assertEq(number(string.concat(path, ".allowed")), allowed, path);
            bool fraud = number(string.concat(path, ".charged")) > allowed;
            vm.assertEq(vm.parseJsonBool(json, string.concat(path, ".fraud")), fraud, path);
            if (fraud) frauds++;
        }
        vm.assertEq(seen, 36, "overcharge");
        vm.assertGt(frauds, 0, "frauds");
        vm.assertLt(frauds, seen, "honest ones");
    }

    function test_limits() public {
        SwarmLanes lanes = new SwarmLanes(address(this));
        vm.assertEq(number(".limits.leastCloseWindow"), lanes.LEAST_CLOSE_WINDOW(), "least close window");
        vm.assertEq(number(".limits.mostCloseWindow"), lanes.MOST_CLOSE_WINDOW(), "most close window");
        vm.assertEq(number(".limits.maxArbiters"), new ProviderStake(address(this), 1).MAX_ARBITERS(), "arbiters");
    }

    /// @dev The contracts themselves, put where the file says they stand: they rebuild their domain for that place.
    function test_domainsOfTheContracts() public {
        bytes memory lanes = address(new SwarmLanes(address(this))).code;
        bytes memory stake = address(new ProviderStake(address(this), 1)).code;
        for (uint256 i = 0; i < 2; i++) {
            string memory path = row(".deployments", i);
            vm.chainId(number(string.concat(path, ".chainId")));
            address lanesAt = account_(string.concat(path, ".swarmLanes"));
            address stakeAt = account_(string.concat(path, ".providerStake"));
            vm.etch(lanesAt, lanes);
            vm.etch(stakeAt, stake);
            vm.assertEq(word(string.concat(path, ".lanesSeparator")), domainOf(lanesAt), "lanes");
            vm.assertEq(word(string.concat(path, ".stakeSeparator")), domainOf(stakeAt), "stake");
            for (uint256 index = 0; index < 3; index++) {
                string memory voucher = row(".signed.Voucher", index);
                string memory o = string.concat(voucher, ".object");
                bytes32 digest = SwarmLanes(lanesAt)
                    .voucherDigest(
                        word(string.concat(o, ".laneId")),
                        uint128(number(string.concat(o, ".cumulative"))),
                        word(string.concat(o, ".ledgerHead"))
                    );
                string memory signature = row(string.concat(voucher, ".signatures"), i);
                vm.assertEq(word(string.concat(signature, ".digest")), digest, voucher);
            }
        }
    }

    function domainOf(address verifier) private view returns (bytes32) {
        (, string memory name, string memory version, uint256 chain, address said,,) = IERC5267(verifier).eip712Domain();
        vm.assertEq(version, "1", name);
        return separator(name, chain, said);
    }

    function allowedPico(string memory path) private view returns (uint256) {
        Quote memory quote;
        quote.inPico = uint64(number(string.concat(path, ".inPico")));
        quote.outPico = uint64(number(string.concat(path, ".outPico")));
        quote.cachedPico = uint64(number(string.concat(path, ".cachedPico")));
        Job memory job;
        job.maxCharge = uint128(number(string.concat(path, ".maxCharge")));
        ChunkReceipt memory receipt;
        receipt.inTokens = uint32(number(string.concat(path, ".inTokens")));
        receipt.cachedTokens = uint32(number(string.concat(path, ".cachedTokens")));
        receipt.outTokens = uint32(number(string.concat(path, ".outTokens")));
        return this.allowedPicoOf(quote, job, receipt);
    }

    function allowedPicoOf(Quote calldata quote, Job calldata job, ChunkReceipt calldata receipt)
        external
        pure
        returns (uint256)
    {
        return StakeMath.allowedPico(quote, job, receipt);
    }

    // Hashes of an object in the file; external, so that the library reads calldata as contracts do

    function voucherHash(string calldata o) external view returns (bytes32) {
        return SwarmHashes.hash(
            word(string.concat(o, ".laneId")),
            uint128(number(string.concat(o, ".cumulative"))),
            word(string.concat(o, ".ledgerHead"))
        );
    }

    function quoteHash(string calldata o) external view returns (bytes32) {
        Quote memory quote;
        quote.provider = account_(string.concat(o, ".provider"));
        quote.peerIdHash = word(string.concat(o, ".peerIdHash"));
        quote.modelId = word(string.concat(o, ".modelId"));
        quote.inPico = uint64(number(string.concat(o, ".inPico")));
        quote.outPico = uint64(number(string.concat(o, ".outPico")));
        quote.cachedPico = uint64(number(string.concat(o, ".cachedPico")));
        quote.maxCtx = uint32(number(string.concat(o, ".maxCtx")));
        quote.chunkTokens = uint32(number(string.concat(o, ".chunkTokens")));
        quote.arbiterSet = word(string.concat(o, ".arbiterSet"));
        quote.atRisk = uint128(number(string.concat(o, ".atRisk")));
        quote.validUntil = uint64(number(string.concat(o, ".validUntil")));
        quote.nonce = word(string.concat(o, ".nonce"));
        return this.hashQuote(quote);
    }

    function jobHash(string calldata o) external view returns (bytes32) {
        Job memory job;
        job.jobId = word(string.concat(o, ".jobId"));
        job.laneId = word(string.concat(o, ".laneId"));
        job.quoteHash = word(string.concat(o, ".quoteHash"));
        job.requestCommit = word(string.concat(o, ".requestCommit"));
        job.maxCharge = uint128(number(string.concat(o, ".maxCharge")));
        job.maxOut = uint32(number(string.concat(o, ".maxOut")));
        job.deadline = uint64(number(string.concat(o, ".deadline")));
        job.attempt = uint32(number(string.concat(o, ".attempt")));
        return this.hashJob(job);
    }

    function receiptHash(string calldata o) external view returns (bytes32) {
        ChunkReceipt memory receipt;
        receipt.jobHash = word(string.concat(o, ".jobHash"));
        receipt.seq = uint32(number(string.concat(o, ".seq")));
        receipt.prev = word(string.concat(o, ".prev"));
        receipt.leafRoot = word(string.concat(o, ".leafRoot"));
        receipt.inTokens = uint32(number(string.concat(o, ".inTokens")));
        receipt.cachedTokens = uint32(number(string.concat(o, ".cachedTokens")));
        receipt.outTokens = uint32(number(string.concat(o, ".outTokens")));
        receipt.chargedPico = uint128(number(string.concat(o, ".chargedPico")));
        receipt.signedAt = uint64(number(string.concat(o, ".signedAt")));
        receipt.finish = uint8(number(string.concat(o, ".finish")));
        return this.hashReceipt(receipt);
    }

    function verdictHash(string calldata o) external view returns (bytes32) {
        return this.hashVerdict(
            Verdict({
                disputeId: word(string.concat(o, ".disputeId")),
                guilty: vm.parseJsonBool(json, string.concat(o, ".guilty")),
                refund: uint128(number(string.concat(o, ".refund"))),
                evidenceRoot: word(string.concat(o, ".evidenceRoot"))
            })
        );
    }

    function jobKeyHash(string calldata o) external view returns (bytes32) {
        return SwarmHashes.hash(
            JobKey({
                provider: account_(string.concat(o, ".provider")), peerIdHash: word(string.concat(o, ".peerIdHash"))
            })
        );
    }

    function hashQuote(Quote calldata quote) external pure returns (bytes32) {
        return SwarmHashes.hash(quote);
    }

    function hashJob(Job calldata job) external pure returns (bytes32) {
        return SwarmHashes.hash(job);
    }

    function hashReceipt(ChunkReceipt calldata receipt) external pure returns (bytes32) {
        return SwarmHashes.hash(receipt);
    }

    function hashVerdict(Verdict calldata verdict) external pure returns (bytes32) {
        return SwarmHashes.hash(verdict);
    }

    function laneId(Lane calldata lane) external pure returns (bytes32) {
        return SwarmHashes.laneId(lane);
    }

    function arbiterSet(Panel calldata panel) external pure returns (bytes32) {
        return SwarmHashes.arbiterSet(panel);
    }

    // Every instance of a kind: its struct hash, and for each deployment its digest and who signed it

    function checkAll(string memory kind, function(string memory) external view returns (bytes32) structHash)
        private
        view
    {
        string memory list = string.concat(".signed.", kind);
        uint256 seen;
        for (; has(row(list, seen)); seen++) {
            string memory path = row(list, seen);
            bytes32 hash = structHash(string.concat(path, ".object"));
            vm.assertEq(word(string.concat(path, ".structHash")), hash, path);
            bool isVoucher = keccak256(bytes(kind)) == keccak256("Voucher");
            for (uint256 i = 0; i < 2; i++) {
                checkSignature(row(string.concat(path, ".signatures"), i), row(".deployments", i), isVoucher, hash);
            }
        }
        vm.assertEq(seen, 3, kind);
    }

    function checkSignature(string memory path, string memory deployment, bool isVoucher, bytes32 structHash)
        private
        view
    {
        bytes32 domain = word(string.concat(deployment, isVoucher ? ".lanesSeparator" : ".stakeSeparator"));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, structHash));
        vm.assertEq(word(string.concat(path, ".digest")), digest, path);
        bytes memory signature = vm.parseJsonBytes(json, string.concat(path, ".signature"));
        vm.assertEq(signature.length, 64, path);
        (bytes32 r, bytes32 vs) = abi.decode(signature, (bytes32, bytes32));
        vm.assertEq(account_(string.concat(path, ".signer")), ECDSA.recover(digest, r, vs), path);
    }

    function separator(string memory name, uint256 chain, address verifier) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256("1"),
                chain,
                verifier
            )
        );
    }

    // Reading the file

    function row(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(index), "]");
    }

    function has(string memory path) private view returns (bool) {
        return vm.keyExistsJson(json, path);
    }

    function word(string memory path) private view returns (bytes32) {
        return vm.parseJsonBytes32(json, path);
    }

    function number(string memory path) private view returns (uint256) {
        return vm.parseJsonUint(json, path);
    }

    function account_(string memory path) private view returns (address) {
        return vm.parseJsonAddress(json, path);
    }
}
