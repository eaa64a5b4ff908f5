import { describe, expect, it } from 'vitest'
import { cutWindow, extendWindow } from './block-window.ts'

const hash = (name: string): `0x${string}` => `0x${name}`
const block = (number: number, name: string, parent: string) => ({ number, hash: hash(name), parentHash: hash(parent) })
const names = (window: readonly { readonly hash: string }[] | null) =>
  window?.map((each) => each.hash.slice(2)).join('')

describe('extendWindow', () => {
  const ab = [block(1, 'a', '0'), block(2, 'b', 'a')]
  it.each([
    ['starts with anything', [], ab, 9, 'ab'],
    ['takes children', ab, [block(3, 'c', 'b')], 9, 'abc'],
    ['keeps the newest', ab, [block(3, 'c', 'b')], 2, 'bc'],
    ['refuses a child of another block', ab, [block(3, 'c', 'x')], 9, undefined],
    ['refuses a break inside what is added', ab, [block(3, 'c', 'b'), block(4, 'd', 'x')], 9, undefined],
    ['refuses a number that was there', ab, [block(2, 'x', 'a')], 9, undefined],
    ['starts anew after a gap', ab, [block(7, 'g', 'f'), block(8, 'h', 'g')], 9, 'gh']
  ])('%s', (_, window, blocks, depth, expected) => {
    expect(names(extendWindow(window, blocks, depth))).toBe(expected)
  })
})

describe('cutWindow', () => {
  it('keeps what is not above', () => {
    expect(names(cutWindow([block(1, 'a', '0'), block(2, 'b', 'a'), block(3, 'c', 'b')], 2))).toBe('ab')
  })
})
