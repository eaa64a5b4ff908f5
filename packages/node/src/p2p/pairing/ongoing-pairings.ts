/** Peers with which a pairing is under way: nobody cuts their connections meanwhile. */
export class OngoingPairings {
  readonly #counts = new Map<string, number>()

  has(peerId: string): boolean {
    return this.#counts.has(peerId)
  }

  /** @returns a function that ends it; idempotent. */
  begin(peerId: string): () => void {
    this.#counts.set(peerId, (this.#counts.get(peerId) ?? 0) + 1)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      const left = (this.#counts.get(peerId) ?? 1) - 1
      if (left > 0) this.#counts.set(peerId, left)
      else this.#counts.delete(peerId)
    }
  }
}
