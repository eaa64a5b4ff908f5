/** Where a rule is broken today, per rule. Each list only shrinks: an entry that no longer violates fails its test. */
export const known: Readonly<Record<Rule, readonly string[]>> = {
  typeCycles: [],
  valueCycles: [],
  folderOrder: ['packages/node/src/base/file-lock.ts -> packages/node/src/models/cancelled.ts'],
  folderDoors: [
    'packages/node/src/base/file-lock.ts -> packages/node/src/models/cancelled.ts',
    'packages/node/src/daemon-parts.ts -> packages/node/src/base/version.ts',
    'packages/node/src/gateway/inference.ts -> packages/node/src/router/read-request.ts',
    'packages/node/src/gateway/testing/engine.ts -> packages/node/src/router/engine-upstream.ts',
    'packages/node/src/gateway/testing/engine.ts -> packages/node/src/router/purpose.ts',
    'packages/node/src/node.ts -> packages/node/src/base/lifecycle.ts',
    'packages/node/src/node.ts -> packages/node/src/base/version.ts',
    'packages/node/src/pool/index.ts -> packages/node/src/base/clock.ts',
    'packages/node/src/pool/lease-client.ts -> packages/node/src/base/clock.ts',
    'packages/node/src/pool/lease-end.ts -> packages/node/src/base/clock.ts',
    'packages/node/src/pool/lease-server-options.ts -> packages/node/src/base/clock.ts',
    'packages/node/src/pool/lease-watch.ts -> packages/node/src/base/clock.ts',
    'packages/node/src/pool/loopback-endpoint.ts -> packages/node/src/base/clock.ts',
    'packages/node/src/pool/stream-tunnel.ts -> packages/node/src/base/clock.ts',
    'packages/node/src/pool/testing/leases.ts -> packages/node/src/base/clock.ts',
    'packages/node/src/pool/tls-tunnel.ts -> packages/node/src/base/clock.ts',
    'packages/node/src/router/instances.ts -> packages/node/src/base/until-aborted.ts',
    'packages/swarm/src/'
  ],
  wildcardExports: [],
  reachable: [],
  pureImports: [],
  pureCode: [],
  rawClocks: [
    'packages/node/src/control/server.ts',
    'packages/node/src/daemon-service.ts',
    'packages/node/src/engine/build-lock.ts',
    'packages/node/src/engine/devices.ts',
    'packages/node/src/engine/gpu-backends.ts',
    'packages/node/src/engine/listening.ts',
    'packages/node/src/engine/process-log.ts',
    'packages/node/src/engine/process-record.ts',
    'packages/node/src/engine/readiness.ts',
    'packages/node/src/engine/rpc-hello.ts',
    'packages/node/src/engine/runner.ts',
    'packages/node/src/engine/supervisor.ts',
    'packages/node/src/engine/verify-engine.ts',
    'packages/node/src/gateway/listen.ts',
    'packages/node/src/models/add-model.ts',
    'packages/node/src/models/child-process.ts',
    'packages/node/src/models/download-child.ts',
    'packages/node/src/models/progress-meter.ts',
    'packages/node/src/models/remote-file.ts',
    'packages/node/src/models/run-child.ts',
    'packages/node/src/p2p/streams/libp2p-stream.ts',
    'packages/node/src/pool/choose-tunnel.ts',
    'packages/node/src/pool/lent-lease.ts',
    'packages/node/src/router/dispatcher.ts',
    'packages/node/src/router/refresh-inventories.ts'
  ],
  swarmImports: [],
  looseDoubles: [],
  publishedDoubles: [],
  importedDoubles: []
}

type Rule =
  | 'typeCycles'
  | 'valueCycles'
  | 'folderOrder'
  | 'folderDoors'
  | 'wildcardExports'
  | 'reachable'
  | 'pureImports'
  | 'pureCode'
  | 'rawClocks'
  | 'swarmImports'
  | 'looseDoubles'
  | 'publishedDoubles'
  | 'importedDoubles'
