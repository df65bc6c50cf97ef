// How far something long is: one line that is rewritten on a terminal, and elsewhere a line now and then.

export interface OutputStream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const REWRITE_INTERVAL_MS = 200
const WRITE_INTERVAL_MS = 10_000
const CLEAR = '\r\u001B[K'

export class Progress<Tally> {
  readonly #output: OutputStream
  readonly #now: () => number
  readonly #formatLine: (tally: Tally, elapsed: number) => string
  readonly #startedAt: number
  readonly #isInteractive: boolean
  #shownAt: number
  #isShown = false

  constructor(screen: OutputStream, now: () => number, lineOf: (tally: Tally, elapsed: number) => string) {
    this.#output = screen
    this.#now = now
    this.#formatLine = lineOf
    this.#isInteractive = screen.isTTY === true
    this.#startedAt = now()
    this.#shownAt = this.#startedAt
  }

  update(tally: Tally): void {
    const now = this.#now()
    if (now - this.#shownAt < (this.#isInteractive ? REWRITE_INTERVAL_MS : WRITE_INTERVAL_MS)) return
    this.#shownAt = now
    const line = this.#formatLine(tally, now - this.#startedAt)
    this.#output.write(this.#isInteractive ? `${CLEAR}${line}` : `${line}\n`)
    this.#isShown = this.#isInteractive
  }

  /** Makes room for another line. */
  clear(): void {
    if (this.#isShown) this.#output.write(CLEAR)
    this.#isShown = false
  }
}

export function perSecond(count: number, elapsed: number): string {
  return `${formatCount(Math.round((count * 1000) / Math.max(elapsed, 1)))} a second`
}

/** @param fraction from 0 to 1, of what is done */
export function timeLeft(fraction: number, elapsed: number): string {
  const seconds = Math.ceil(((elapsed / fraction) * (1 - fraction)) / 1000)
  return seconds < 100 ? `${seconds} s left` : `${Math.ceil(seconds / 60)} min left`
}

export function formatCount(number: number): string {
  return number.toLocaleString('en-US')
}
