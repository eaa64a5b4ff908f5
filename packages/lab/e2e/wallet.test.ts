import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createLab, type Host, type Lab, Terminal } from '@unhosted/lab'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// A person at a terminal makes a wallet; packages/cli/src/commands/wallet has what scripts do.

const passphrase = 'four words nobody guesses'
/** The first phrase of BIP-39's test vectors, and the address of its first account. */
const phrase = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about'
const phraseAddress = '0x9858EfFD232B4033E47d90003D41EC34EcaEda94'

let lab: Lab
beforeAll(async () => {
  lab = await createLab({ hosts: 2 })
})
afterAll(async () => {
  await lab?.stop()
})

async function typeSecrets(
  host: Host,
  args: readonly string[],
  answers: readonly (readonly [question: RegExp, answer: string])[]
): Promise<{ readonly code: number; readonly screen: string }> {
  const terminal = Terminal.open(host, args)
  for (const [question, answer] of answers) {
    await terminal.see(question)
    terminal.type(`${answer}\r`)
  }
  return { code: await terminal.end(), screen: terminal.screen }
}

describe('a wallet is made by typing', () => {
  it('a new one, under a passphrase that the screen never shows', async () => {
    const { code, screen } = await typeSecrets(
      lab.host(1),
      ['wallet', 'create'],
      [
        [/Passphrase for the new wallet: /, passphrase],
        [/Repeat the passphrase: /, passphrase]
      ]
    )
    expect(code, screen).toBe(0)
    expect(screen).not.toContain('nobody')
    expect(screen).toMatch(/Payer +0x[0-9a-fA-F]{40}/)
    expect((await stat(join(lab.host(1).home, 'wallet', 'payer.json'))).mode & 0o777).toBe(0o600)
  })

  it('its address is shown with a code for a phone', async () => {
    const { code, screen } = await typeSecrets(lab.host(1), ['wallet', 'address'], [])
    expect(code, screen).toBe(0)
    expect(screen).toMatch(/█ ▄▄▄▄▄ █.*█ ▄▄▄▄▄ █/)
    expect(screen).toMatch(/Payer +0x[0-9a-fA-F]{40}/)
  })

  it('not twice', async () => {
    const { code, screen } = await typeSecrets(lab.host(1), ['wallet', 'create'], [])
    expect(code, screen).toBe(1)
    expect(screen).toContain('A wallet already exists')
  })

  it('not where the two passphrases differ', async () => {
    const { code, screen } = await typeSecrets(
      lab.host(2),
      ['wallet', 'create'],
      [
        [/Passphrase for the new wallet: /, passphrase],
        [/Repeat the passphrase: /, `${passphrase}!`]
      ]
    )
    expect(code, screen).toBe(2)
    expect(screen).toContain('differ')
  })

  it('not where Ctrl-C is typed', async () => {
    const terminal = Terminal.open(lab.host(2), ['wallet', 'create'])
    await terminal.see(/Passphrase for the new wallet: /)
    terminal.type('\u0003')
    expect(await terminal.end()).toBe(1)
    await expect(stat(join(lab.host(2).home, 'wallet'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('from a recovery phrase, which is never shown', async () => {
    const wrong = await typeSecrets(
      lab.host(2),
      ['wallet', 'import'],
      [[/Private key or recovery phrase: /, phrase.replace('about', 'above')]]
    )
    expect(wrong.code, wrong.screen).toBe(2)
    expect(wrong.screen).not.toContain('abandon')
    const { code, screen } = await typeSecrets(
      lab.host(2),
      ['wallet', 'import'],
      [
        [/Private key or recovery phrase: /, phrase],
        [/Passphrase for the new wallet: /, passphrase],
        [/Repeat the passphrase: /, passphrase]
      ]
    )
    expect(code, screen).toBe(0)
    expect(screen).toContain(phraseAddress)
    expect(screen).not.toContain('abandon')
  })
})
