// Stands in until scripts/generate.ts writes one file per contract from the compiled artifacts.
export const swarmLanesAbi = [
  {
    type: 'function',
    name: 'accountOf',
    inputs: [{ name: 'payer', type: 'address', internalType: 'address' }],
    outputs: [
      { name: 'free', type: 'uint256', internalType: 'uint256' },
      { name: 'lanesOpened', type: 'uint64', internalType: 'uint64' }
    ],
    stateMutability: 'view'
  },
  {
    type: 'function',
    name: 'claim',
    inputs: [
      {
        name: 'claims',
        type: 'tuple[]',
        internalType: 'struct ISwarmLanes.Claim[]',
        components: [
          {
            name: 'lane',
            type: 'tuple',
            internalType: 'struct Lane',
            components: [
              { name: 'payer', type: 'address', internalType: 'address' },
              { name: 'provider', type: 'address', internalType: 'address' },
              { name: 'signer', type: 'address', internalType: 'address' },
              { name: 'closeWindow', type: 'uint32', internalType: 'uint32' },
              { name: 'nonce', type: 'uint64', internalType: 'uint64' }
            ]
          },
          { name: 'cumulative', type: 'uint128', internalType: 'uint128' },
          { name: 'ledgerHead', type: 'bytes32', internalType: 'bytes32' },
          {
            name: 'signature',
            type: 'tuple',
            internalType: 'struct Signature',
            components: [
              { name: 'r', type: 'bytes32', internalType: 'bytes32' },
              { name: 'vs', type: 'bytes32', internalType: 'bytes32' }
            ]
          }
        ]
      }
    ],
    outputs: [{ name: 'credited', type: 'uint256', internalType: 'uint256' }],
    stateMutability: 'nonpayable'
  },
  {
    type: 'function',
    name: 'deposit',
    inputs: [
      { name: 'payer', type: 'address', internalType: 'address' },
      { name: 'amount', type: 'uint256', internalType: 'uint256' }
    ],
    outputs: [],
    stateMutability: 'nonpayable'
  },
  {
    type: 'function',
    name: 'depositWithAuthorization',
    inputs: [
      { name: 'payer', type: 'address', internalType: 'address' },
      { name: 'amount', type: 'uint256', internalType: 'uint256' },
      { name: 'validAfter', type: 'uint256', internalType: 'uint256' },
      { name: 'validBefore', type: 'uint256', internalType: 'uint256' },
      { name: 'nonce', type: 'bytes32', internalType: 'bytes32' },
      { name: 'v', type: 'uint8', internalType: 'uint8' },
      { name: 'r', type: 'bytes32', internalType: 'bytes32' },
      { name: 's', type: 'bytes32', internalType: 'bytes32' }
    ],
    outputs: [],
    stateMutability: 'nonpayable'
  },
  {
    type: 'function',
    name: 'earningsOf',
    inputs: [{ name: 'provider', type: 'address', internalType: 'address' }],
    outputs: [{ name: '', type: 'uint256', internalType: 'uint256' }],
    stateMutability: 'view'
  },
  {
    type: 'function',
    name: 'finishClose',
    inputs: [
      {
        name: 'lane',
        type: 'tuple',
        internalType: 'struct Lane',
        components: [
          { name: 'payer', type: 'address', internalType: 'address' },
          { name: 'provider', type: 'address', internalType: 'address' },
          { name: 'signer', type: 'address', internalType: 'address' },
          { name: 'closeWindow', type: 'uint32', internalType: 'uint32' },
          { name: 'nonce', type: 'uint64', internalType: 'uint64' }
        ]
      }
    ],
    outputs: [],
    stateMutability: 'nonpayable'
  },
  {
    type: 'function',
    name: 'laneIdOf',
    inputs: [
      {
        name: 'lane',
        type: 'tuple',
        internalType: 'struct Lane',
        components: [
          { name: 'payer', type: 'address', internalType: 'address' },
          { name: 'provider', type: 'address', internalType: 'address' },
          { name: 'signer', type: 'address', internalType: 'address' },
          { name: 'closeWindow', type: 'uint32', internalType: 'uint32' },
          { name: 'nonce', type: 'uint64', internalType: 'uint64' }
        ]
      }
    ],
    outputs: [{ name: '', type: 'bytes32', internalType: 'bytes32' }],
    stateMutability: 'pure'
  },
  {
    type: 'function',
    name: 'laneState',
    inputs: [{ name: 'laneId', type: 'bytes32', internalType: 'bytes32' }],
    outputs: [
      {
        name: '',
        type: 'tuple',
        internalType: 'struct ISwarmLanes.LaneState',
        components: [
          { name: 'funded', type: 'uint104', internalType: 'uint104' },
          { name: 'claimed', type: 'uint104', internalType: 'uint104' },
          { name: 'closesAt', type: 'uint48', internalType: 'uint48' }
        ]
      }
    ],
    stateMutability: 'view'
  },
  {
    type: 'function',
    name: 'openLane',
    inputs: [
      { name: 'provider', type: 'address', internalType: 'address' },
      { name: 'signer', type: 'address', internalType: 'address' },
      { name: 'closeWindow', type: 'uint32', internalType: 'uint32' },
      { name: 'amount', type: 'uint256', internalType: 'uint256' }
    ],
    outputs: [{ name: 'laneId', type: 'bytes32', internalType: 'bytes32' }],
    stateMutability: 'nonpayable'
  },
  {
    type: 'function',
    name: 'releaseLane',
    inputs: [
      {
        name: 'lane',
        type: 'tuple',
        internalType: 'struct Lane',
        components: [
          { name: 'payer', type: 'address', internalType: 'address' },
          { name: 'provider', type: 'address', internalType: 'address' },
          { name: 'signer', type: 'address', internalType: 'address' },
          { name: 'closeWindow', type: 'uint32', internalType: 'uint32' },
          { name: 'nonce', type: 'uint64', internalType: 'uint64' }
        ]
      }
    ],
    outputs: [],
    stateMutability: 'nonpayable'
  },
  {
    type: 'function',
    name: 'startClose',
    inputs: [
      {
        name: 'lane',
        type: 'tuple',
        internalType: 'struct Lane',
        components: [
          { name: 'payer', type: 'address', internalType: 'address' },
          { name: 'provider', type: 'address', internalType: 'address' },
          { name: 'signer', type: 'address', internalType: 'address' },
          { name: 'closeWindow', type: 'uint32', internalType: 'uint32' },
          { name: 'nonce', type: 'uint64', internalType: 'uint64' }
        ]
      }
    ],
    outputs: [],
    stateMutability: 'nonpayable'
  },
  {
    type: 'function',
    name: 'topUp',
    inputs: [
      {
        name: 'lane',
        type: 'tuple',
        internalType: 'struct Lane',
        components: [
          { name: 'payer', type: 'address', internalType: 'address' },
          { name: 'provider', type: 'address', internalType: 'address' },
          { name: 'signer', type: 'address', internalType: 'address' },
          { name: 'closeWindow', type: 'uint32', internalType: 'uint32' },
          { name: 'nonce', type: 'uint64', internalType: 'uint64' }
        ]
      },
      { name: 'amount', type: 'uint256', internalType: 'uint256' }
    ],
    outputs: [],
    stateMutability: 'nonpayable'
  },
  {
    type: 'function',
    name: 'usdc',
    inputs: [],
    outputs: [{ name: '', type: 'address', internalType: 'address' }],
    stateMutability: 'view'
  },
  {
    type: 'function',
    name: 'voucherDigest',
    inputs: [
      { name: 'laneId', type: 'bytes32', internalType: 'bytes32' },
      { name: 'cumulative', type: 'uint128', internalType: 'uint128' },
      { name: 'ledgerHead', type: 'bytes32', internalType: 'bytes32' }
    ],
    outputs: [{ name: '', type: 'bytes32', internalType: 'bytes32' }],
    stateMutability: 'view'
  },
  {
    type: 'function',
    name: 'withdrawDeposit',
    inputs: [
      { name: 'to', type: 'address', internalType: 'address' },
      { name: 'amount', type: 'uint256', internalType: 'uint256' }
    ],
    outputs: [],
    stateMutability: 'nonpayable'
  },
  {
    type: 'function',
    name: 'withdrawEarnings',
    inputs: [
      { name: 'to', type: 'address', internalType: 'address' },
      { name: 'amount', type: 'uint256', internalType: 'uint256' }
    ],
    outputs: [],
    stateMutability: 'nonpayable'
  },
  {
    type: 'event',
    name: 'ClaimSkipped',
    inputs: [
      { name: 'row', type: 'uint256', indexed: true, internalType: 'uint256' },
      { name: 'laneId', type: 'bytes32', indexed: true, internalType: 'bytes32' },
      { name: 'reason', type: 'uint8', indexed: false, internalType: 'enum ISwarmLanes.Skip' }
    ],
    anonymous: false
  },
  {
    type: 'event',
    name: 'Claimed',
    inputs: [
      { name: 'laneId', type: 'bytes32', indexed: true, internalType: 'bytes32' },
      { name: 'provider', type: 'address', indexed: true, internalType: 'address' },
      { name: 'cumulative', type: 'uint256', indexed: false, internalType: 'uint256' },
      { name: 'amount', type: 'uint256', indexed: false, internalType: 'uint256' },
      { name: 'ledgerHead', type: 'bytes32', indexed: false, internalType: 'bytes32' }
    ],
    anonymous: false
  },
  {
    type: 'event',
    name: 'Closing',
    inputs: [
      { name: 'laneId', type: 'bytes32', indexed: true, internalType: 'bytes32' },
      { name: 'closesAt', type: 'uint256', indexed: false, internalType: 'uint256' }
    ],
    anonymous: false
  },
  {
    type: 'event',
    name: 'DepositWithdrawn',
    inputs: [
      { name: 'payer', type: 'address', indexed: true, internalType: 'address' },
      { name: 'to', type: 'address', indexed: true, internalType: 'address' },
      { name: 'amount', type: 'uint256', indexed: false, internalType: 'uint256' }
    ],
    anonymous: false
  },
  {
    type: 'event',
    name: 'Deposited',
    inputs: [
      { name: 'payer', type: 'address', indexed: true, internalType: 'address' },
      { name: 'amount', type: 'uint256', indexed: false, internalType: 'uint256' }
    ],
    anonymous: false
  },
  {
    type: 'event',
    name: 'EarningsWithdrawn',
    inputs: [
      { name: 'provider', type: 'address', indexed: true, internalType: 'address' },
      { name: 'to', type: 'address', indexed: true, internalType: 'address' },
      { name: 'amount', type: 'uint256', indexed: false, internalType: 'uint256' }
    ],
    anonymous: false
  },
  {
    type: 'event',
    name: 'LaneClosed',
    inputs: [
      { name: 'laneId', type: 'bytes32', indexed: true, internalType: 'bytes32' },
      { name: 'returned', type: 'uint256', indexed: false, internalType: 'uint256' }
    ],
    anonymous: false
  },
  {
    type: 'event',
    name: 'LaneOpened',
    inputs: [
      { name: 'laneId', type: 'bytes32', indexed: true, internalType: 'bytes32' },
      { name: 'payer', type: 'address', indexed: true, internalType: 'address' },
      { name: 'provider', type: 'address', indexed: true, internalType: 'address' },
      { name: 'signer', type: 'address', indexed: false, internalType: 'address' },
      { name: 'closeWindow', type: 'uint32', indexed: false, internalType: 'uint32' },
      { name: 'nonce', type: 'uint64', indexed: false, internalType: 'uint64' },
      { name: 'funded', type: 'uint256', indexed: false, internalType: 'uint256' }
    ],
    anonymous: false
  },
  {
    type: 'event',
    name: 'LaneToppedUp',
    inputs: [
      { name: 'laneId', type: 'bytes32', indexed: true, internalType: 'bytes32' },
      { name: 'funded', type: 'uint256', indexed: false, internalType: 'uint256' }
    ],
    anonymous: false
  },
  {
    type: 'error',
    name: 'AmountTooLarge',
    inputs: [
      { name: 'amount', type: 'uint256', internalType: 'uint256' },
      { name: 'most', type: 'uint256', internalType: 'uint256' }
    ]
  },
  {
    type: 'error',
    name: 'CloseNotOver',
    inputs: [
      { name: 'laneId', type: 'bytes32', internalType: 'bytes32' },
      { name: 'closesAt', type: 'uint256', internalType: 'uint256' }
    ]
  },
  {
    type: 'error',
    name: 'CloseWindowOutOfRange',
    inputs: [
      { name: 'closeWindow', type: 'uint256', internalType: 'uint256' },
      { name: 'least', type: 'uint256', internalType: 'uint256' },
      { name: 'most', type: 'uint256', internalType: 'uint256' }
    ]
  },
  {
    type: 'error',
    name: 'InsufficientDeposit',
    inputs: [
      { name: 'payer', type: 'address', internalType: 'address' },
      { name: 'free', type: 'uint256', internalType: 'uint256' },
      { name: 'wanted', type: 'uint256', internalType: 'uint256' }
    ]
  },
  {
    type: 'error',
    name: 'InsufficientEarnings',
    inputs: [
      { name: 'provider', type: 'address', internalType: 'address' },
      { name: 'earned', type: 'uint256', internalType: 'uint256' },
      { name: 'wanted', type: 'uint256', internalType: 'uint256' }
    ]
  },
  { type: 'error', name: 'LaneNotClosing', inputs: [{ name: 'laneId', type: 'bytes32', internalType: 'bytes32' }] },
  { type: 'error', name: 'LaneNotOpen', inputs: [{ name: 'laneId', type: 'bytes32', internalType: 'bytes32' }] },
  {
    type: 'error',
    name: 'NotPayer',
    inputs: [
      { name: 'laneId', type: 'bytes32', internalType: 'bytes32' },
      { name: 'caller', type: 'address', internalType: 'address' }
    ]
  },
  {
    type: 'error',
    name: 'NotProvider',
    inputs: [
      { name: 'laneId', type: 'bytes32', internalType: 'bytes32' },
      { name: 'caller', type: 'address', internalType: 'address' }
    ]
  },
  {
    type: 'error',
    name: 'UnexpectedTransfer',
    inputs: [
      { name: 'received', type: 'uint256', internalType: 'uint256' },
      { name: 'expected', type: 'uint256', internalType: 'uint256' }
    ]
  },
  { type: 'error', name: 'ZeroAddress', inputs: [{ name: 'what', type: 'string', internalType: 'string' }] },
  { type: 'error', name: 'ZeroAmount', inputs: [] }
] as const
export const providerStakeAbi = [
  { type: 'function', name: 'burn', inputs: [], outputs: [], stateMutability: 'nonpayable' },
  {
    type: 'function',
    name: 'burnable',
    inputs: [],
    outputs: [{ name: '', type: 'uint256', internalType: 'uint256' }],
    stateMutability: 'view'
  },
  {
    type: 'function',
    name: 'creditOf',
    inputs: [{ name: 'account', type: 'address', internalType: 'address' }],
    outputs: [{ name: '', type: 'uint256', internalType: 'uint256' }],
    stateMutability: 'view'
  },
  {
    type: 'function',
    name: 'disputeOf',
    inputs: [{ name: 'disputeId', type: 'bytes32', internalType: 'bytes32' }],
    outputs: [
      {
        name: '',
        type: 'tuple',
        internalType: 'struct IProviderStake.Dispute',
        components: [
          { name: 'provider', type: 'address', internalType: 'address' },
          { name: 'decidesBy', type: 'uint48', internalType: 'uint48' },
          { name: 'status', type: 'uint8', internalType: 'enum IProviderStake.Status' },
          { name: 'challenger', type: 'address', internalType: 'address' },
          { name: 'requester', type: 'address', internalType: 'address' },
          { name: 'reserved', type: 'uint104', internalType: 'uint104' },
          { name: 'refundCap', type: 'uint104', internalType: 'uint104' },
          { name: 'bond', type: 'uint104', internalType: 'uint104' },
          { name: 'arbiterSet', type: 'bytes32', internalType: 'bytes32' }
        ]
      }
    ],
    stateMutability: 'view'
  },
  {
    type: 'function',
    name: 'expireDispute',
    inputs: [{ name: 'disputeId', type: 'bytes32', internalType: 'bytes32' }],
    outputs: [],
    stateMutability: 'nonpayable'
  },
  {
    type: 'function',
    name: 'finishUnstake',
    inputs: [{ name: 'to', type: 'address', internalType: 'address' }],
    outputs: [],
    stateMutability: 'nonpayable'
  },
  {
    type: 'function',
    name: 'openDispute',
    inputs: [
      {
        name: 'evidence',
        type: 'tuple',
        internalType: 'struct IProviderStake.Evidence',
        components: [
          {
            name: 'lane',
            type: 'tuple',
            internalType: 'struct Lane',
            components: [
              { name: 'payer', type: 'address', internalType: 'address' },
              { name: 'provider', type: 'address', internalType: 'address' },
              { name: 'signer', type: 'address', internalType: 'address' },
              { name: 'closeWindow', type: 'uint32', internalType: 'uint32' },
              { name: 'nonce', type: 'uint64', internalType: 'uint64' }
            ]
          },
          {
            name: 'quote',
            type: 'tuple',
            internalType: 'struct Quote',
            components: [
              { name: 'provider', type: 'address', internalType: 'address' },
              { name: 'peerIdHash', type: 'bytes32', internalType: 'bytes32' },
              { name: 'modelId', type: 'bytes32', internalType: 'bytes32' },
              { name: 'inPico', type: 'uint64', internalType: 'uint64' },
              { name: 'outPico', type: 'uint64', internalType: 'uint64' },
              { name: 'cachedPico', type: 'uint64', internalType: 'uint64' },
              { name: 'maxCtx', type: 'uint32', internalType: 'uint32' },
              { name: 'chunkTokens', type: 'uint32', internalType: 'uint32' },
              { name: 'arbiterSet', type: 'bytes32', internalType: 'bytes32' },
              { name: 'atRisk', type: 'uint128', internalType: 'uint128' },
              { name: 'validUntil', type: 'uint64', internalType: 'uint64' },
              { name: 'nonce', type: 'bytes32', internalType: 'bytes32' }
            ]
          },
          {
            name: 'quoteSignature',
            type: 'tuple',
            internalType: 'struct Signature',
            components: [
              { name: 'r', type: 'bytes32', internalType: 'bytes32' },
              { name: 'vs', type: 'bytes32', internalType: 'bytes32' }
            ]
          },
          {
            name: 'job',
            type: 'tuple',
            internalType: 'struct Job',
            components: [
              { name: 'jobId', type: 'bytes32', internalType: 'bytes32' },
              { name: 'laneId', type: 'bytes32', internalType: 'bytes32' },
              { name: 'quoteHash', type: 'bytes32', internalType: 'bytes32' },
              { name: 'requestCommit', type: 'bytes32', internalType: 'bytes32' },
              { name: 'maxCharge', type: 'uint128', internalType: 'uint128' },
              { name: 'maxOut', type: 'uint32', internalType: 'uint32' },
              { name: 'deadline', type: 'uint64', internalType: 'uint64' },
              { name: 'attempt', type: 'uint32', internalType: 'uint32' }
            ]
          },
          {
            name: 'jobSignature',
            type: 'tuple',
            internalType: 'struct Signature',
            components: [
              { name: 'r', type: 'bytes32', internalType: 'bytes32' },
              { name: 'vs', type: 'bytes32', internalType: 'bytes32' }
            ]
          },
          {
            name: 'receipt',
            type: 'tuple',
            internalType: 'struct ChunkReceipt',
            components: [
              { name: 'jobHash', type: 'bytes32', internalType: 'bytes32' },
              { name: 'seq', type: 'uint32', internalType: 'uint32' },
              { name: 'prev', type: 'bytes32', internalType: 'bytes32' },
              { name: 'leafRoot', type: 'bytes32', internalType: 'bytes32' },
              { name: 'inTokens', type: 'uint32', internalType: 'uint32' },
              { name: 'cachedTokens', type: 'uint32', internalType: 'uint32' },
              { name: 'outTokens', type: 'uint32', internalType: 'uint32' },
              { name: 'chargedPico', type: 'uint128', internalType: 'uint128' },
              { name: 'signedAt', type: 'uint64', internalType: 'uint64' },
              { name: 'finish', type: 'uint8', internalType: 'uint8' }
            ]
          },
          {
            name: 'receiptSignature',
            type: 'tuple',
            internalType: 'struct Signature',
            components: [
              { name: 'r', type: 'bytes32', internalType: 'bytes32' },
              { name: 'vs', type: 'bytes32', internalType: 'bytes32' }
            ]
          }
        ]
      },
      {
        name: 'panel',
        type: 'tuple',
        internalType: 'struct Panel',
        components: [
          { name: 'arbiters', type: 'address[]', internalType: 'address[]' },
          { name: 'threshold', type: 'uint8', internalType: 'uint8' }
        ]
      },
      { name: 'evidenceRoot', type: 'bytes32', internalType: 'bytes32' }
    ],
    outputs: [{ name: 'disputeId', type: 'bytes32', internalType: 'bytes32' }],
    stateMutability: 'nonpayable'
  },
  {
    type: 'function',
    name: 'providerOf',
    inputs: [{ name: 'jobKey', type: 'address', internalType: 'address' }],
    outputs: [{ name: '', type: 'address', internalType: 'address' }],
    stateMutability: 'view'
  },
  {
    type: 'function',
    name: 'resolveDispute',
    inputs: [
      {
        name: 'verdict',
        type: 'tuple',
        internalType: 'struct Verdict',
        components: [
          { name: 'disputeId', type: 'bytes32', internalType: 'bytes32' },
          { name: 'guilty', type: 'bool', internalType: 'bool' },
          { name: 'refund', type: 'uint128', internalType: 'uint128' },
          { name: 'evidenceRoot', type: 'bytes32', internalType: 'bytes32' }
        ]
      },
      {
        name: 'panel',
        type: 'tuple',
        internalType: 'struct Panel',
        components: [
          { name: 'arbiters', type: 'address[]', internalType: 'address[]' },
          { name: 'threshold', type: 'uint8', internalType: 'uint8' }
        ]
      },
      {
        name: 'signatures',
        type: 'tuple[]',
        internalType: 'struct Signature[]',
        components: [
          { name: 'r', type: 'bytes32', internalType: 'bytes32' },
          { name: 'vs', type: 'bytes32', internalType: 'bytes32' }
        ]
      }
    ],
    outputs: [],
    stateMutability: 'nonpayable'
  },
  {
    type: 'function',
    name: 'setJobKey',
    inputs: [
      { name: 'jobKey', type: 'address', internalType: 'address' },
      { name: 'peerIdHash', type: 'bytes32', internalType: 'bytes32' },
      {
        name: 'signature',
        type: 'tuple',
        internalType: 'struct Signature',
        components: [
          { name: 'r', type: 'bytes32', internalType: 'bytes32' },
          { name: 'vs', type: 'bytes32', internalType: 'bytes32' }
        ]
      }
    ],
    outputs: [],
    stateMutability: 'nonpayable'
  },
  {
    type: 'function',
    name: 'slashEquivocation',
    inputs: [
      {
        name: 'lane',
        type: 'tuple',
        internalType: 'struct Lane',
        components: [
          { name: 'payer', type: 'address', internalType: 'address' },
          { name: 'provider', type: 'address', internalType: 'address' },
          { name: 'signer', type: 'address', internalType: 'address' },
          { name: 'closeWindow', type: 'uint32', internalType: 'uint32' },
          { name: 'nonce', type: 'uint64', internalType: 'uint64' }
        ]
      },
      {
        name: 'job',
        type: 'tuple',
        internalType: 'struct Job',
        components: [
          { name: 'jobId', type: 'bytes32', internalType: 'bytes32' },
          { name: 'laneId', type: 'bytes32', internalType: 'bytes32' },
          { name: 'quoteHash', type: 'bytes32', internalType: 'bytes32' },
          { name: 'requestCommit', type: 'bytes32', internalType: 'bytes32' },
          { name: 'maxCharge', type: 'uint128', internalType: 'uint128' },
          { name: 'maxOut', type: 'uint32', internalType: 'uint32' },
          { name: 'deadline', type: 'uint64', internalType: 'uint64' },
          { name: 'attempt', type: 'uint32', internalType: 'uint32' }
        ]
      },
      {
        name: 'first',
        type: 'tuple',
        internalType: 'struct ChunkReceipt',
        components: [
          { name: 'jobHash', type: 'bytes32', internalType: 'bytes32' },
          { name: 'seq', type: 'uint32', internalType: 'uint32' },
          { name: 'prev', type: 'bytes32', internalType: 'bytes32' },
          { name: 'leafRoot', type: 'bytes32', internalType: 'bytes32' },
          { name: 'inTokens', type: 'uint32', internalType: 'uint32' },
          { name: 'cachedTokens', type: 'uint32', internalType: 'uint32' },
          { name: 'outTokens', type: 'uint32', internalType: 'uint32' },
          { name: 'chargedPico', type: 'uint128', internalType: 'uint128' },
          { name: 'signedAt', type: 'uint64', internalType: 'uint64' },
          { name: 'finish', type: 'uint8', internalType: 'uint8' }
        ]
      },
      {
        name: 'firstSignature',
        type: 'tuple',
        internalType: 'struct Signature',
        components: [
          { name: 'r', type: 'bytes32', internalType: 'bytes32' },
          { name: 'vs', type: 'bytes32', internalType: 'bytes32' }
        ]
      },
      {
        name: 'second',
        type: 'tuple',
        internalType: 'struct ChunkReceipt',
        components: [
          { name: 'jobHash', type: 'bytes32', internalType: 'bytes32' },
          { name: 'seq', type: 'uint32', internalType: 'uint32' },
          { name: 'prev', type: 'bytes32', internalType: 'bytes32' },
          { name: 'leafRoot', type: 'bytes32', internalType: 'bytes32' },
          { name: 'inTokens', type: 'uint32', internalType: 'uint32' },
          { name: 'cachedTokens', type: 'uint32', internalType: 'uint32' },
          { name: 'outTokens', type: 'uint32', internalType: 'uint32' },
          { name: 'chargedPico', type: 'uint128', internalType: 'uint128' },
          { name: 'signedAt', type: 'uint64', internalType: 'uint64' },
          { name: 'finish', type: 'uint8', internalType: 'uint8' }
        ]
      },
      {
        name: 'secondSignature',
        type: 'tuple',
        internalType: 'struct Signature',
        components: [
          { name: 'r', type: 'bytes32', internalType: 'bytes32' },
          { name: 'vs', type: 'bytes32', internalType: 'bytes32' }
        ]
      }
    ],
    outputs: [],
    stateMutability: 'nonpayable'
  },
  {
    type: 'function',
    name: 'slashOvercharge',
    inputs: [
      {
        name: 'lane',
        type: 'tuple',
        internalType: 'struct Lane',
        components: [
          { name: 'payer', type: 'address', internalType: 'address' },
          { name: 'provider', type: 'address', internalType: 'address' },
          { name: 'signer', type: 'address', internalType: 'address' },
          { name: 'closeWindow', type: 'uint32', internalType: 'uint32' },
          { name: 'nonce', type: 'uint64', internalType: 'uint64' }
        ]
      },
      {
        name: 'quote',
        type: 'tuple',
        internalType: 'struct Quote',
        components: [
          { name: 'provider', type: 'address', internalType: 'address' },
          { name: 'peerIdHash', type: 'bytes32', internalType: 'bytes32' },
          { name: 'modelId', type: 'bytes32', internalType: 'bytes32' },
          { name: 'inPico', type: 'uint64', internalType: 'uint64' },
          { name: 'outPico', type: 'uint64', internalType: 'uint64' },
          { name: 'cachedPico', type: 'uint64', internalType: 'uint64' },
          { name: 'maxCtx', type: 'uint32', internalType: 'uint32' },
          { name: 'chunkTokens', type: 'uint32', internalType: 'uint32' },
          { name: 'arbiterSet', type: 'bytes32', internalType: 'bytes32' },
          { name: 'atRisk', type: 'uint128', internalType: 'uint128' },
          { name: 'validUntil', type: 'uint64', internalType: 'uint64' },
          { name: 'nonce', type: 'bytes32', internalType: 'bytes32' }
        ]
      },
      {
        name: 'quoteSignature',
        type: 'tuple',
        internalType: 'struct Signature',
        components: [
          { name: 'r', type: 'bytes32', internalType: 'bytes32' },
          { name: 'vs', type: 'bytes32', internalType: 'bytes32' }
        ]
      },
      {
        name: 'job',
        type: 'tuple',
        internalType: 'struct Job',
        components: [
          { name: 'jobId', type: 'bytes32', internalType: 'bytes32' },
          { name: 'laneId', type: 'bytes32', internalType: 'bytes32' },
          { name: 'quoteHash', type: 'bytes32', internalType: 'bytes32' },
          { name: 'requestCommit', type: 'bytes32', internalType: 'bytes32' },
          { name: 'maxCharge', type: 'uint128', internalType: 'uint128' },
          { name: 'maxOut', type: 'uint32', internalType: 'uint32' },
          { name: 'deadline', type: 'uint64', internalType: 'uint64' },
          { name: 'attempt', type: 'uint32', internalType: 'uint32' }
        ]
      },
      {
        name: 'receipt',
        type: 'tuple',
        internalType: 'struct ChunkReceipt',
        components: [
          { name: 'jobHash', type: 'bytes32', internalType: 'bytes32' },
          { name: 'seq', type: 'uint32', internalType: 'uint32' },
          { name: 'prev', type: 'bytes32', internalType: 'bytes32' },
          { name: 'leafRoot', type: 'bytes32', internalType: 'bytes32' },
          { name: 'inTokens', type: 'uint32', internalType: 'uint32' },
          { name: 'cachedTokens', type: 'uint32', internalType: 'uint32' },
          { name: 'outTokens', type: 'uint32', internalType: 'uint32' },
          { name: 'chargedPico', type: 'uint128', internalType: 'uint128' },
          { name: 'signedAt', type: 'uint64', internalType: 'uint64' },
          { name: 'finish', type: 'uint8', internalType: 'uint8' }
        ]
      },
      {
        name: 'receiptSignature',
        type: 'tuple',
        internalType: 'struct Signature',
        components: [
          { name: 'r', type: 'bytes32', internalType: 'bytes32' },
          { name: 'vs', type: 'bytes32', internalType: 'bytes32' }
        ]
      }
    ],
    outputs: [],
    stateMutability: 'nonpayable'
  },
  {
    type: 'function',
    name: 'stake',
    inputs: [{ name: 'amount', type: 'uint256', internalType: 'uint256' }],
    outputs: [],
    stateMutability: 'nonpayable'
  },
  {
    type: 'function',
    name: 'stakeOf',
    inputs: [{ name: 'provider', type: 'address', internalType: 'address' }],
    outputs: [
      {
        name: '',
        type: 'tuple',
        internalType: 'struct IProviderStake.Stake',
        components: [
          { name: 'amount', type: 'uint104', internalType: 'uint104' },
          { name: 'reserved', type: 'uint104', internalType: 'uint104' },
          { name: 'openDisputes', type: 'uint32', internalType: 'uint32' },
          { name: 'leaving', type: 'uint104', internalType: 'uint104' },
          { name: 'leavesAt', type: 'uint48', internalType: 'uint48' },
          { name: 'jobKey', type: 'address', internalType: 'address' },
          { name: 'peerIdHash', type: 'bytes32', internalType: 'bytes32' }
        ]
      }
    ],
    stateMutability: 'view'
  },
  {
    type: 'function',
    name: 'startUnstake',
    inputs: [{ name: 'amount', type: 'uint256', internalType: 'uint256' }],
    outputs: [],
    stateMutability: 'nonpayable'
  },
  {
    type: 'function',
    name: 'usdc',
    inputs: [],
    outputs: [{ name: '', type: 'address', internalType: 'address' }],
    stateMutability: 'view'
  },
  {
    type: 'function',
    name: 'withdrawCredit',
    inputs: [
      { name: 'to', type: 'address', internalType: 'address' },
      { name: 'amount', type: 'uint256', internalType: 'uint256' }
    ],
    outputs: [],
    stateMutability: 'nonpayable'
  },
  {
    type: 'event',
    name: 'Burned',
    inputs: [{ name: 'amount', type: 'uint256', indexed: false, internalType: 'uint256' }],
    anonymous: false
  },
  {
    type: 'event',
    name: 'CreditWithdrawn',
    inputs: [
      { name: 'account', type: 'address', indexed: true, internalType: 'address' },
      { name: 'to', type: 'address', indexed: true, internalType: 'address' },
      { name: 'amount', type: 'uint256', indexed: false, internalType: 'uint256' }
    ],
    anonymous: false
  },
  {
    type: 'event',
    name: 'DisputeExpired',
    inputs: [{ name: 'disputeId', type: 'bytes32', indexed: true, internalType: 'bytes32' }],
    anonymous: false
  },
  {
    type: 'event',
    name: 'DisputeOpened',
    inputs: [
      { name: 'disputeId', type: 'bytes32', indexed: true, internalType: 'bytes32' },
      { name: 'provider', type: 'address', indexed: true, internalType: 'address' },
      { name: 'challenger', type: 'address', indexed: true, internalType: 'address' },
      { name: 'reserved', type: 'uint256', indexed: false, internalType: 'uint256' },
      { name: 'decidesBy', type: 'uint256', indexed: false, internalType: 'uint256' },
      { name: 'evidenceRoot', type: 'bytes32', indexed: false, internalType: 'bytes32' }
    ],
    anonymous: false
  },
  {
    type: 'event',
    name: 'DisputeResolved',
    inputs: [
      { name: 'disputeId', type: 'bytes32', indexed: true, internalType: 'bytes32' },
      { name: 'guilty', type: 'bool', indexed: false, internalType: 'bool' },
      { name: 'refund', type: 'uint256', indexed: false, internalType: 'uint256' },
      { name: 'evidenceRoot', type: 'bytes32', indexed: false, internalType: 'bytes32' }
    ],
    anonymous: false
  },
  {
    type: 'event',
    name: 'JobKeySet',
    inputs: [
      { name: 'provider', type: 'address', indexed: true, internalType: 'address' },
      { name: 'jobKey', type: 'address', indexed: true, internalType: 'address' },
      { name: 'peerIdHash', type: 'bytes32', indexed: true, internalType: 'bytes32' }
    ],
    anonymous: false
  },
  {
    type: 'event',
    name: 'Slashed',
    inputs: [
      { name: 'provider', type: 'address', indexed: true, internalType: 'address' },
      { name: 'jobHash', type: 'bytes32', indexed: true, internalType: 'bytes32' },
      { name: 'challenger', type: 'address', indexed: true, internalType: 'address' },
      { name: 'slashed', type: 'uint256', indexed: false, internalType: 'uint256' },
      { name: 'refund', type: 'uint256', indexed: false, internalType: 'uint256' },
      { name: 'reward', type: 'uint256', indexed: false, internalType: 'uint256' },
      { name: 'burned', type: 'uint256', indexed: false, internalType: 'uint256' }
    ],
    anonymous: false
  },
  {
    type: 'event',
    name: 'Staked',
    inputs: [
      { name: 'provider', type: 'address', indexed: true, internalType: 'address' },
      { name: 'amount', type: 'uint256', indexed: false, internalType: 'uint256' },
      { name: 'total', type: 'uint256', indexed: false, internalType: 'uint256' }
    ],
    anonymous: false
  },
  {
    type: 'event',
    name: 'Unstaked',
    inputs: [
      { name: 'provider', type: 'address', indexed: true, internalType: 'address' },
      { name: 'to', type: 'address', indexed: true, internalType: 'address' },
      { name: 'amount', type: 'uint256', indexed: false, internalType: 'uint256' }
    ],
    anonymous: false
  },
  {
    type: 'event',
    name: 'Unstaking',
    inputs: [
      { name: 'provider', type: 'address', indexed: true, internalType: 'address' },
      { name: 'amount', type: 'uint256', indexed: false, internalType: 'uint256' },
      { name: 'leavesAt', type: 'uint256', indexed: false, internalType: 'uint256' }
    ],
    anonymous: false
  }
] as const
