import { type Address, type Hex, hashDomain, keccak256, numberToHex, pad, size, stringToHex, toHex } from 'viem'

/** Runtime code as the compiler leaves it: zeros where immutables stand, and their byte offsets. */
export interface RuntimeTemplate {
  readonly code: Hex
  readonly immutables: Readonly<Record<string, readonly number[]>>
}

export interface Domain {
  readonly name: string
  readonly version: string
  readonly chainId: number
  readonly verifyingContract: Address
}

/**
 * The code that a chain must hold once constructors have set `values`: each a word of 32 bytes.
 * @throws Error when a value is missing or one too many is given: then this file and the contracts have parted
 */
export function fillImmutables(template: RuntimeTemplate, values: Readonly<Record<string, Hex>>): Hex {
  const wanted = Object.keys(template.immutables)
  const odd = [
    ...wanted.filter((name) => !(name in values)),
    ...Object.keys(values).filter((name) => !wanted.includes(name))
  ]
  if (odd.length > 0) throw new Error(`these immutables do not match the compiled contract: ${odd.join(', ')}`)
  let code = template.code.slice(2)
  for (const [name, offsets] of Object.entries(template.immutables)) {
    const word = pad(values[name] ?? '0x', { size: 32 })
      .slice(2)
      .toLowerCase()
    for (const offset of offsets) code = code.slice(0, offset * 2) + word + code.slice(offset * 2 + 64)
  }
  return `0x${code}`
}

/** What OpenZeppelin's EIP712 (5.x) keeps in immutables for a domain. */
export function domainImmutables(domain: Domain): Readonly<Record<string, Hex>> {
  return {
    _cachedDomainSeparator: domainSeparator(domain),
    _cachedChainId: numberToHex(domain.chainId),
    _cachedThis: domain.verifyingContract,
    _hashedName: keccak256(stringToHex(domain.name)),
    _hashedVersion: keccak256(stringToHex(domain.version)),
    _name: shortString(domain.name),
    _version: shortString(domain.version)
  }
}

/** EIP-712's domain separator, of the four fields that USDC and OpenZeppelin use. */
export function domainSeparator(domain: Domain): Hex {
  return hashDomain({
    domain: { ...domain, chainId: BigInt(domain.chainId) },
    types: {
      EIP712Domain: [
        { name: 'name', type: 'string' },
        { name: 'version', type: 'string' },
        { name: 'chainId', type: 'uint256' },
        { name: 'verifyingContract', type: 'address' }
      ]
    }
  })
}

/** OpenZeppelin's ShortString: at most 31 bytes from the left, their count in the last byte. */
function shortString(text: string): Hex {
  const bytes = stringToHex(text)
  if (size(bytes) > 31) throw new Error(`"${text}" is longer than a ShortString`)
  return `0x${pad(bytes, { size: 31, dir: 'right' }).slice(2)}${toHex(size(bytes), { size: 1 }).slice(2)}`
}
