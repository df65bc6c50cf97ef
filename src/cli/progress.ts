// Shows the progress of a long operation: on a terminal one line that is rewritten, otherwise a line every ten seconds.

export interface OutputStream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const REWRITE_INTERVAL_MS = 200
const WRITE_INTERVAL_MS = 10_000
const CLEAR = '\r\u001B[K'

export class Progress<State> {
  readonly #output: OutputStream
  readonly #now: () => number
  readonly #formatLine: (state: State, elapsed: number) => string
  readonly #startedAt: number
  readonly #isInteractive: boolean
  #shownAt: number
  #isShown = false

  constructor(output: OutputStream, now: () => number, formatLine: (state: State, elapsed: number) => string) {
    this.#output = output
    this.#now = now
    this.#formatLine = formatLine
    this.#isInteractive = output.isTTY === true
    this.#startedAt = now()
    this.#shownAt = this.#startedAt
  }

  update(state: State): void {
    const now = this.#now()
    if (now - this.#shownAt < (this.#isInteractive ? REWRITE_INTERVAL_MS : WRITE_INTERVAL_MS)) return
    this.#shownAt = now
    const line = this.#formatLine(state, now - this.#startedAt)
    this.#output.write(this.#isInteractive ? `${CLEAR}${line}` : `${line}\n`)
    this.#isShown = this.#isInteractive
  }

  /** Clears the line, so that other output can follow. */
  clear(): void {
    if (this.#isShown) this.#output.write(CLEAR)
    this.#isShown = false
  }
}

export function perSecond(count: number, elapsed: number): string {
  return `${formatCount(Math.round((count * 1000) / Math.max(elapsed, 1)))} a second`
}

/** @param fraction of the work that is done, from 0 to 1 */
export function timeLeft(fraction: number, elapsed: number): string {
  const seconds = Math.ceil(((elapsed / fraction) * (1 - fraction)) / 1000)
  return seconds < 100 ? `${seconds} s left` : `${Math.ceil(seconds / 60)} min left`
}

export function formatCount(number: number): string {
  return number.toLocaleString('en-US')
}
