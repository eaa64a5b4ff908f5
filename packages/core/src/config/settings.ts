/** One setting: where it stands in the config and in each source. */
export interface Setting {
  /** Path in the config and in config.json. */
  readonly path: readonly string[]
  /** Command-line flag without dashes, camelCase as yargs gives it; null where there is none. */
  readonly flag: string | null
  /** null where there is none. */
  readonly environment: string | null
  /** For docs/settings.md: what it is, with unit and form. */
  readonly meaning: string
}

/** Every setting. config.json can give all of them. */
export const settings: readonly Setting[] = [
  setting('name', 'name', 'UNHOSTED_NAME', 'Name that other machines see; `null` for the host name'),
  setting('gateway.host', 'host', 'UNHOSTED_HOST', 'Address of the endpoint; beyond loopback API keys are demanded'),
  setting('gateway.port', 'port', 'UNHOSTED_PORT', 'Port of the endpoint; 0 for any free one'),
  setting('gateway.apiKeysFile', 'apiKeys', 'UNHOSTED_API_KEYS', 'File with the SHA-256 of each API key, one a line'),
  setting(
    'gateway.allowedOrigins',
    'allowOrigin',
    'UNHOSTED_ALLOW_ORIGIN',
    "Origins of web pages that may call the endpoint, beside loopback's own"
  ),
  setting(
    'gateway.allowedHosts',
    null,
    null,
    "Names by which clients may call the endpoint, beside loopback's, its own address and the host name"
  ),
  setting('p2p.port', 'p2pPort', 'UNHOSTED_P2P_PORT', 'TCP port for other machines; 0 for any free one'),
  setting('p2p.mdns', 'mdns', 'UNHOSTED_MDNS', 'Find machines on the local network'),
  setting(
    'p2p.addresses',
    'p2pAddress',
    'UNHOSTED_P2P_ADDRESS',
    'IP addresses to listen on for other machines; none for all interfaces'
  ),
  setting(
    'p2p.tunnel',
    null,
    'UNHOSTED_TUNNEL',
    'How leased memory is reached: `auto` takes TLS where machines reach each other directly, else a libp2p stream; `tls` and `libp2p` force one'
  ),
  setting('offline', 'offline', 'UNHOSTED_OFFLINE', 'No other machines at all'),
  setting(
    'memory',
    'memory',
    'UNHOSTED_MEMORY',
    'Most that this daemon uses of each device, for itself and for peers together: `12GiB` or `80%`'
  ),
  setting(
    'lendMemory',
    'lendMemory',
    'UNHOSTED_LEND_MEMORY',
    'How much of that peers may have: `8GiB`, or a share of `memory` like `50%`; 0 lends nothing'
  ),
  setting(
    'models.contextSize',
    'ctx',
    'UNHOSTED_CTX',
    'Context of models, tokens; `null` for what they were trained on, at most 8192'
  ),
  setting(
    'models.idleUnloadMs',
    'idleUnload',
    'UNHOSTED_IDLE_UNLOAD',
    'Unload a model that nobody asked for so long: `15m`, or a number of ms; 0 for never'
  ),
  setting('models.parallel', 'parallel', 'UNHOSTED_PARALLEL', 'Requests that one model answers at once'),
  setting('models.preload', 'model', 'UNHOSTED_MODEL', 'Models to load at start'),
  setting(
    'engine.path',
    'engine',
    'UNHOSTED_ENGINE',
    'Folder with llama-server and ggml-rpc-server; `null` to find one'
  ),
  setting(
    'engine.threads',
    null,
    'UNHOSTED_THREADS',
    "Threads that compute on a CPU; `null` for the engine's choice, on a lent CPU one less than there are"
  ),
  setting('log.level', null, 'UNHOSTED_LOG_LEVEL', '`debug`, `info`, `warn`, `error` or `silent`')
]

function setting(path: string, flag: string | null, environment: string | null, meaning: string): Setting {
  return { path: path.split('.'), flag, environment, meaning }
}
