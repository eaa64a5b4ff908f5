import type { OptionSpecs } from '@unhosted/terminal'

/** Flags that every command takes. */
export const globalOptions = {
  home: {
    type: 'string',
    placeholder: 'FOLDER',
    describe: 'Home folder. Default: $UNHOSTED_HOME, or ~/.unhosted'
  },
  json: { type: 'boolean', describe: 'Print one JSON document (serve: one event per line)' },
  verbose: { type: 'boolean', describe: 'Print details and stack traces of errors' }
} as const satisfies OptionSpecs
