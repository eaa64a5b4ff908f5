import type { OptionSpecs } from '@unhosted/terminal'

/** Names are those of core/config's settings: a flag given here is the top layer of the config. */
export const options = {
  name: { type: 'string', placeholder: 'NAME', describe: 'Name that other machines see. Default: the host name' },
  port: { type: 'string', placeholder: 'PORT', describe: 'Port of the OpenAI endpoint; 0 for any. Default: 7777' },
  host: {
    type: 'string',
    placeholder: 'ADDRESS',
    describe: 'Address of the endpoint; beyond loopback API keys are demanded. Default: 127.0.0.1'
  },
  apiKeys: { type: 'string', placeholder: 'FILE', describe: 'SHA-256 of the API keys that are accepted, one a line' },
  allowOrigin: {
    type: 'string',
    placeholder: 'ORIGIN,...',
    describe: 'Web origins that may call the endpoint, beside loopback'
  },
  p2pPort: { type: 'string', placeholder: 'PORT', describe: 'TCP port for other machines; 0 for any. Default: 7778' },
  p2pAddress: {
    type: 'string',
    placeholder: 'IP,...',
    describe: 'Addresses to listen on for other machines. Default: all interfaces'
  },
  mdns: { type: 'boolean', describe: 'Find machines on the local network; --no-mdns turns it off. Default: on' },
  memory: {
    type: 'string',
    placeholder: '12GiB|80%',
    describe: 'Most that this daemon uses of each device, in all. Default: 90%'
  },
  lendMemory: {
    type: 'string',
    placeholder: '8GiB|50%',
    describe: 'How much of that peers may have; 0 lends nothing. Default: 50%'
  },
  model: { type: 'string', placeholder: 'MODEL,...', describe: 'Models to load at start' },
  ctx: {
    type: 'string',
    placeholder: 'TOKENS',
    describe: 'Context size of models. Default: what they were trained on, at most 8192'
  },
  idleUnload: {
    type: 'string',
    placeholder: '15m',
    describe: 'Unload a model that nobody asked for so long; 0s for never. Default: 15m'
  },
  parallel: { type: 'string', placeholder: 'N', describe: 'Requests that one model answers at once. Default: 4' },
  engine: { type: 'string', placeholder: 'FOLDER', describe: 'Folder with llama-server and ggml-rpc-server' },
  untilStdinEnds: { type: 'boolean', describe: 'Stop when standard input ends: for programs that start a daemon' },
  offline: { type: 'boolean', describe: 'No other machines at all' }
} as const satisfies OptionSpecs
