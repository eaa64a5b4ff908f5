import { z } from 'zod'
import { displayNameSchema } from '../facts/inventory/index.ts'
import { modelReferenceSchema } from '../facts/models/index.ts'
import type { DeepReadonly } from '../shapes/index.ts'
import { contextSizeSchema, defaultContextSize } from './context-size.ts'
import { settingFacts } from './setting-facts.ts'
import { duration, filePath, hostText, list, memoryLimit, port, toggle, wholeNumber } from './setting-values.ts'

/** TCP port for other machines, where neither flag, environment nor config.json names one. */
export const defaultPeerPort = 7778

/**
 * Every setting: its bounds, its default, and its facts (flag, environment variable, text). All that is known of a
 * setting stands here once; `serve --help`, docs/settings.md and docs/config.schema.json are made from it. Unknown keys
 * are refused by name.
 */
export const configSchema = z.strictObject({
  name: displayNameSchema.nullable().default(null).register(settingFacts, {
    flag: 'name',
    environment: 'UNHOSTED_NAME',
    placeholder: 'NAME',
    describe: 'Name that other machines see',
    byDefault: 'the host name'
  }),
  gateway: z
    .strictObject({
      port: port.default(7777).register(settingFacts, {
        flag: 'port',
        environment: 'UNHOSTED_PORT',
        placeholder: 'PORT',
        describe: 'TCP port of the OpenAI endpoint; 0 = any free port'
      }),
      host: hostText.default('127.0.0.1').register(settingFacts, {
        flag: 'host',
        environment: 'UNHOSTED_HOST',
        placeholder: 'ADDRESS',
        describe: 'IP address of the endpoint; beyond loopback, API keys are required'
      }),
      apiKeysFile: filePath.nullable().default(null).register(settingFacts, {
        flag: 'apiKeys',
        environment: 'UNHOSTED_API_KEYS',
        placeholder: 'FILE',
        describe: 'File with the SHA-256 of each accepted API key, one per line',
        byDefault: 'no API key is asked for'
      }),
      allowedOrigins: list(hostText).default([]).register(settingFacts, {
        flag: 'allowOrigin',
        environment: 'UNHOSTED_ALLOW_ORIGIN',
        placeholder: 'ORIGIN,...',
        describe: 'Web origins that may call the endpoint, like https://chat.example',
        byDefault: "only the endpoint's own"
      }),
      allowedHosts: list(hostText).default([]).register(settingFacts, {
        flag: null,
        environment: null,
        placeholder: 'HOST,...',
        describe: 'Further host names by which clients may call the endpoint, like gpu-box.lan',
        byDefault: 'loopback and its own address; beyond loopback also the host name'
      })
    })
    .prefault({}),
  p2p: z
    .strictObject({
      port: port.default(defaultPeerPort).register(settingFacts, {
        flag: 'p2pPort',
        environment: 'UNHOSTED_P2P_PORT',
        placeholder: 'PORT',
        describe: 'TCP port for other machines; 0 = any free port'
      }),
      addresses: list(hostText).default([]).register(settingFacts, {
        flag: 'p2pAddress',
        environment: 'UNHOSTED_P2P_ADDRESS',
        placeholder: 'IP,...',
        describe: 'IP addresses to listen on for other machines',
        byDefault: 'all interfaces'
      }),
      mdns: toggle.default(true).register(settingFacts, {
        flag: 'mdns',
        environment: 'UNHOSTED_MDNS',
        placeholder: null,
        describe: 'Find machines on the local network with mDNS; --no-mdns turns it off'
      }),
      tunnel: z.enum(['auto', 'tls', 'libp2p']).default('auto').register(settingFacts, {
        flag: null,
        environment: 'UNHOSTED_TUNNEL',
        placeholder: 'auto|tls|libp2p',
        describe:
          'How this machine reaches memory that it leases: auto takes TLS where the machines reach each other directly, otherwise a libp2p stream; tls and libp2p force one'
      })
    })
    .prefault({}),
  offline: toggle.default(false).register(settingFacts, {
    flag: 'offline',
    environment: 'UNHOSTED_OFFLINE',
    placeholder: null,
    describe: 'Use this machine alone, without any other'
  }),
  // A tenth stays for the rest of the machine.
  memory: memoryLimit.prefault('90%').register(settingFacts, {
    flag: 'memory',
    environment: 'UNHOSTED_MEMORY',
    placeholder: '12GiB|80%',
    describe: 'Most memory that this daemon uses on each device, for itself and for peers together'
  }),
  // Half: who pairs a machine wants it used, and who sits at it still works.
  lendMemory: memoryLimit.prefault('50%').register(settingFacts, {
    flag: 'lendMemory',
    environment: 'UNHOSTED_LEND_MEMORY',
    placeholder: '8GiB|50%',
    describe: 'Most memory that peers may use on each device; a percentage is a share of --memory, 0 = lend nothing'
  }),
  models: z
    .strictObject({
      preload: list(modelReferenceSchema).default([]).register(settingFacts, {
        flag: 'model',
        environment: 'UNHOSTED_MODEL',
        placeholder: 'MODEL,...',
        describe: 'Models to load at start',
        byDefault: 'none'
      }),
      contextSize: wholeNumber
        .pipe(contextSizeSchema)
        .nullable()
        .default(null)
        .register(settingFacts, {
          flag: 'ctx',
          environment: 'UNHOSTED_CTX',
          placeholder: 'TOKENS',
          describe: 'Context size of models, in tokens',
          byDefault: `the trained context of the model, at most ${defaultContextSize}`
        }),
      idleUnloadMs: duration.prefault('15m').register(settingFacts, {
        flag: 'idleUnload',
        environment: 'UNHOSTED_IDLE_UNLOAD',
        placeholder: '15m',
        describe: 'Unload a model after it has been idle this long; 0s = never'
      }),
      parallel: wholeNumber.pipe(z.number().int().min(1).max(64)).default(4).register(settingFacts, {
        flag: 'parallel',
        environment: 'UNHOSTED_PARALLEL',
        placeholder: 'N',
        describe: 'Requests that one loaded model answers at the same time'
      })
    })
    .prefault({}),
  engine: z
    .strictObject({
      path: filePath.nullable().default(null).register(settingFacts, {
        flag: 'engine',
        environment: 'UNHOSTED_ENGINE',
        placeholder: 'FOLDER',
        describe: 'Folder with llama-server and ggml-rpc-server',
        byDefault: 'found or built by itself'
      }),
      // The engine's threads spin while they wait: where there are more of them than cores, as with several daemons on
      // one machine, speed falls to a thirtieth.
      threads: wholeNumber.pipe(z.number().int().min(1).max(1024)).nullable().default(null).register(settingFacts, {
        flag: null,
        environment: 'UNHOSTED_THREADS',
        placeholder: 'N',
        describe: 'Threads that compute on the CPU',
        byDefault: "the engine's choice; for memory that is lent, one less than there are cores"
      })
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').register(settingFacts, {
        flag: null,
        environment: 'UNHOSTED_LOG_LEVEL',
        placeholder: 'debug|info|warn|error|silent',
        describe: 'Least severe messages that are written to the log'
      })
    })
    .prefault({})
})

/** The daemon's settings, parsed once and frozen. */
export type Config = DeepReadonly<z.output<typeof configSchema>>
