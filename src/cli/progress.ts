// How far something long is: one line that is rewritten on a terminal, and elsewhere a line now and then.

export interface Screen {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const REWRITE_EVERY = 200
const WRITE_EVERY = 10_000
const CLEAR = '\r\u001B[K'

export class Progress<Tally> {
  readonly #screen: Screen
  readonly #now: () => number
  readonly #lineOf: (tally: Tally, elapsed: number) => string
  readonly #began: number
  readonly #rewrites: boolean
  #shownAt: number
  #isShown = false

  constructor(screen: Screen, now: () => number, lineOf: (tally: Tally, elapsed: number) => string) {
    this.#screen = screen
    this.#now = now
    this.#lineOf = lineOf
    this.#rewrites = screen.isTTY === true
    this.#began = now()
    this.#shownAt = this.#began
  }

  update(tally: Tally): void {
    const now = this.#now()
    if (now - this.#shownAt < (this.#rewrites ? REWRITE_EVERY : WRITE_EVERY)) return
    this.#shownAt = now
    const line = this.#lineOf(tally, now - this.#began)
    this.#screen.write(this.#rewrites ? `${CLEAR}${line}` : `${line}\n`)
    this.#isShown = this.#rewrites
  }

  /** Makes room for another line. */
  clear(): void {
    if (this.#isShown) this.#screen.write(CLEAR)
    this.#isShown = false
  }
}

export function perSecond(count: number, elapsed: number): string {
  return `${grouped(Math.round((count * 1000) / Math.max(elapsed, 1)))} a second`
}

/** @param share from 0 to 1, of what is done */
export function timeLeft(share: number, elapsed: number): string {
  const seconds = Math.ceil(((elapsed / share) * (1 - share)) / 1000)
  return seconds < 100 ? `${seconds} s left` : `${Math.ceil(seconds / 60)} min left`
}

export function grouped(number: number): string {
  return number.toLocaleString('en-US')
}
