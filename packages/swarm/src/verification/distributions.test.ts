import { describe, expect, it } from 'vitest'
import { binomialTail, chiSquareQuantile, chiSquareTail, normalQuantile, normalTail } from './distributions.ts'
import { lnGamma, upperGamma } from './incomplete-gamma.ts'

const relativeError = (actual: number, expected: number): number => Math.abs(actual / expected - 1)

describe('incomplete gamma', () => {
  // Computed with 40 digits by mpmath 1.3.0, gammainc(a, x, regularized=True).
  it.each([
    [0.5, 0.1, 0.654720846018577],
    [0.5, 11.9, 1.06882461363849e-6],
    [0.05, 0.001, 0.272820770947077],
    [2.5, 2.5, 0.415880186995508],
    [3, 200, 2.79560937366088e-83],
    [10, 5, 0.968171942693795],
    [16, 16, 0.466744891387721],
    [16, 40, 5.46398071129986e-6],
    [32, 120, 3.56781781273662e-22],
    [64.3, 64.3, 0.483414844769723],
    [100, 70, 0.99956962740502],
    [500, 620, 2.81523322895421e-7],
    [10_000, 10_300, 0.00147049489638568]
  ])('Q(%f, %f)', (a, x, expected) => {
    expect(relativeError(upperGamma(a, x), expected)).toBeLessThan(1e-11)
  })

  // mpmath 1.3.0, loggamma.
  it.each([
    [0.05, 2.96887920105173],
    [0.5, 0.5723649429247],
    [1.5, -0.120782237635245],
    [3.7, 1.42807232666539],
    [32.5, 79.8211854136144],
    [1000, 5905.22042320918]
  ])('ln Gamma(%f)', (x, expected) => {
    expect(relativeError(lnGamma(x), expected)).toBeLessThan(1e-13)
  })
})

describe('chi-square', () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.4, upper critical values.
  it.each([
    [1, 0.05, 3.841],
    [1, 0.001, 10.828],
    [2, 0.01, 9.21],
    [10, 0.05, 18.307],
    [10, 0.001, 29.588],
    [30, 0.01, 50.892],
    [64, 0.05, 83.675],
    [100, 0.05, 124.342],
    [100, 0.001, 149.449]
  ])('%i degrees exceed the critical value of %f at %f', (degrees, tail, expected) => {
    expect(chiSquareQuantile(tail, degrees)).toBeCloseTo(expected, 3)
  })

  it.each([1e-15, 1e-6, 0.3, 0.999])('the quantile of %f has that tail', (tail) => {
    for (const degrees of [0.7, 1, 32, 6400]) {
      expect(relativeError(chiSquareTail(chiSquareQuantile(tail, degrees), degrees), tail)).toBeLessThan(1e-9)
    }
  })
})

describe('normal', () => {
  // Abramowitz and Stegun, tables 26.1 and 26.2; the last by mpmath.
  it.each([
    [0, 0.5],
    [1, 0.158655253931],
    [1.96, 0.024997895148],
    [4, 3.1671241833e-5],
    [8, 6.22096057427174e-16]
  ])('tail above %f', (z, expected) => {
    expect(relativeError(normalTail(z), expected)).toBeLessThan(1e-10)
    expect(normalTail(-z)).toBeCloseTo(1 - expected, 12)
  })

  it.each([
    [0.025, 1.95996398454],
    [0.001, 3.09023230617],
    [1e-6, 4.75342430882]
  ])('%f lies above the quantile', (tail, expected) => {
    expect(normalQuantile(tail)).toBeCloseTo(expected, 10)
  })
})

describe('binomial', () => {
  // The sum of its terms with 40 digits by mpmath 1.3.0.
  it.each([
    [64, 0.002, 4, 9.23651062771511e-6],
    [128, 0.002, 5, 6.89990356100377e-6],
    [64, 0.08, 4, 0.763179191346317],
    [128, 0.08, 5, 0.978965798284098],
    [4096, 0.002, 30, 3.36802001415016e-9],
    [5000, 0.1, 560, 0.00285543668557215],
    [1000, 0.3, 250, 0.999801452673767],
    [3, 0.5, 2, 0.5]
  ])('P(X >= k) for n = %i, p = %f, k = %i', (n, p, k, expected) => {
    expect(relativeError(binomialTail(n, p, k), expected)).toBeLessThan(1e-11)
  })

  it.each([
    ['nothing is asked', 10, 0.5, 0, 1],
    ['more than all is asked', 10, 0.5, 11, 0],
    ['it never happens', 10, 0, 1, 0],
    ['it always happens', 10, 1, 10, 1]
  ])('is exact when %s', (_, n, p, k, expected) => {
    expect(binomialTail(n, p, k)).toBe(expected)
  })
})
