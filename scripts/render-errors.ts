import { type ErrorSpec, errorTable } from '@unhosted/core/errors'

/** docs/errors.md, from the table that the code throws by. */
export function renderErrors(): string {
  const rows = Object.entries<ErrorSpec>(errorTable)
  const blocks = rows.map(([code, { status, type, meaning, remedy }]) =>
    [`## ${code}`, '', meaning, '', `**What to do:** ${remedy}`, '', `HTTP ${status}, \`${type}\`.`].join('\n')
  )
  return `${[preamble, ...blocks].join('\n\n')}\n`
}

const preamble = `# Errors

Generated from \`packages/core/src/error-table.ts\` by \`npm run docs\`; a test holds the two together.

Every error has a code that stays the same over versions, a sentence that says what happened, and advice. The CLI
prints the sentence and the advice (the code too with \`--verbose\`, all of it with \`--json\`) and ends with exit code 1; 2 for wrong
usage or settings, 3 where no daemon runs. The gateway answers in OpenAI's format, or in Anthropic's on \`/v1/messages\`;
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
