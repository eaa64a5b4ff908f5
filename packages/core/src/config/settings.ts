/** One setting: where it stands in the config and in each source. */
export interface Setting {
  /** Path in the config and in config.json. */
  readonly path: readonly string[]
  /** Command-line flag without dashes, camelCase as yargs gives it; null where there is none. */
  readonly flag: string | null
  readonly environment: string
}

const setting = (path: string, flag: string | null, environment: string): Setting => ({
  path: path.split('.'),
  flag,
  environment
})

/** Every setting that a flag or an environment variable can give. config.json can give all of them. */
export const settings: readonly Setting[] = [
  setting('name', 'name', 'UNHOSTED_NAME'),
  setting('gateway.host', 'host', 'UNHOSTED_HOST'),
  setting('gateway.port', 'port', 'UNHOSTED_PORT'),
  setting('gateway.apiKeysFile', 'apiKeys', 'UNHOSTED_API_KEYS'),
  setting('gateway.allowedOrigins', 'allowOrigin', 'UNHOSTED_ALLOW_ORIGIN'),
  setting('p2p.port', 'p2pPort', 'UNHOSTED_P2P_PORT'),
  setting('p2p.mdns', 'mdns', 'UNHOSTED_MDNS'),
  setting('p2p.addresses', 'p2pAddress', 'UNHOSTED_P2P_ADDRESS'),
  setting('p2p.tunnel', null, 'UNHOSTED_TUNNEL'),
  setting('offline', 'offline', 'UNHOSTED_OFFLINE'),
  setting('memory', 'memory', 'UNHOSTED_MEMORY'),
  setting('lendMemory', 'lendMemory', 'UNHOSTED_LEND_MEMORY'),
  setting('models.contextSize', 'ctx', 'UNHOSTED_CTX'),
  setting('models.idleUnloadMs', 'idleUnload', 'UNHOSTED_IDLE_UNLOAD'),
  setting('models.parallel', 'parallel', 'UNHOSTED_PARALLEL'),
  setting('models.preload', 'model', 'UNHOSTED_MODEL'),
  setting('engine.path', 'engine', 'UNHOSTED_ENGINE'),
  setting('engine.threads', null, 'UNHOSTED_THREADS'),
  setting('log.level', 'logLevel', 'UNHOSTED_LOG_LEVEL')
]
