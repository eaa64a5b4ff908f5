import { coreErrorTable, type ErrorSpec } from '@unhosted/core/errors'
import { swarmErrorTable } from '@unhosted/swarm/errors'
import { contractsErrorTable } from '@unhosted/swarm-contracts'

type ErrorTable = Readonly<Record<string, ErrorSpec>>

/** docs/errors.md: the codes of core, the daemon and the CLI. */
export function renderErrors(): string {
  return page(preamble, coreErrorTable)
}

/** packages/swarm/docs/errors.md: the codes of the public swarm and its contracts. */
export function renderSwarmErrors(): string {
  return page(swarmPreamble, { ...swarmErrorTable, ...contractsErrorTable })
}

function page(opening: string, table: ErrorTable): string {
  const blocks = Object.entries(table).map(([code, { status, type, meaning, remedy }]) =>
    [`## ${code}`, '', meaning, '', `**What to do:** ${remedy}`, '', `HTTP ${status}, \`${type}\`.`].join('\n')
  )
  return `${[opening, ...blocks].join('\n\n')}\n`
}

const preamble = `# Errors

Generated from \`packages/core/src/errors/error-table.ts\` by \`npm run docs\`; a test holds the two together.

Every error has a code that stays the same over versions, a sentence that says what happened, and advice. The CLI
prints all three (\`error[PEER_UNKNOWN]: ...\`) and exits with 1; with 2 for wrong usage or settings, and with 3 when no
daemon runs. The gateway answers in OpenAI's format, or in Anthropic's on \`/v1/messages\`;
\`unhosted_code\` is always the code below, \`code\` is OpenAI's own where clients test for one (\`model_not_found\`,
\`context_length_exceeded\`, \`invalid_api_key\`):

\`\`\`json
{
  "error": {
    "message": "What happened. What to do.",
    "type": "not_found_error",
    "code": "model_not_found",
    "param": "model",
    "unhosted_code": "MODEL_UNKNOWN"
  }
}
\`\`\`

An error that ends a stream which has already begun comes as its last event. The status below is the one that
the gateway answers with; codes that belong to starting the daemon or to the CLI never reach a client.`

const swarmPreamble = `# Errors of the public swarm

Generated from \`packages/swarm/src/errors/error-table.ts\` and \`packages/swarm-contracts/src/errors.ts\` by \`npm run docs\`; a
test compares. The codes of the daemon and the CLI are in [docs/errors.md](../../../docs/errors.md), which also explains how
an error is shown.`
