// The usernames of an import so far, in eight bytes each, so that a file of any size fits into memory. A username is stored as a 53-bit
// fingerprint: two usernames may share one, so a hit must be checked in the store.

const INITIAL_SLOTS = 1024
/** Maximum number of usernames; beyond that, duplicates are only found in the store. */
const MAX_NAMES = 16_777_216

export class SeenUsernames {
  #slots = new Float64Array(INITIAL_SLOTS)
  #count = 0

  has(name: string): boolean {
    const print = fingerprint(name)
    return this.#slots[this.#slotOf(print)] === print
  }

  add(name: string): void {
    if (this.#count >= MAX_NAMES) return
    if (this.#count >= this.#slots.length / 2) this.#grow()
    const print = fingerprint(name)
    const slot = this.#slotOf(print)
    if (this.#slots[slot] === print) return
    this.#slots[slot] = print
    this.#count += 1
  }

  /** The slot of the fingerprint, or the free slot for it. */
  #slotOf(print: number): number {
    const last = this.#slots.length - 1
    let slot = print % this.#slots.length
    while (this.#slots[slot] !== 0 && this.#slots[slot] !== print) slot = slot === last ? 0 : slot + 1
    return slot
  }

  #grow(): void {
    const before = this.#slots
    this.#slots = new Float64Array(before.length * 2)
    for (const print of before) if (print !== 0) this.#slots[this.#slotOf(print)] = print
  }
}

/** Two FNV-like 32-bit hashes, mixed and joined to 53 bits; never 0, which marks an empty slot. */
function fingerprint(name: string): number {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let index = 0; index < name.length; index += 1) {
    const unit = name.charCodeAt(index)
    high = Math.imul(high ^ unit, 2_654_435_761)
    low = Math.imul(low ^ unit, 1_597_334_677)
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909)
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909)
  return 4_294_967_296 * (low & 0x1fffff) + (high >>> 0) || 1
}
