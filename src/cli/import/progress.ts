// How far an import is: one line that is rewritten on a terminal, and elsewhere a line now and then.

export interface Tally {
  readonly rows: number
  readonly refused: number
  /** From 0 to 1, where the size of the input is known. */
  readonly share: number | undefined
}

export interface Screen {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const REWRITE_EVERY = 200
const WRITE_EVERY = 10_000
const CLEAR = '\r\u001B[K'

export class Progress {
  readonly #screen: Screen
  readonly #now: () => number
  readonly #began: number
  readonly #rewrites: boolean
  #shownAt: number
  #isShown = false

  constructor(screen: Screen, now: () => number) {
    this.#screen = screen
    this.#now = now
    this.#rewrites = screen.isTTY === true
    this.#began = now()
    this.#shownAt = this.#began
  }

  update(tally: Tally): void {
    const now = this.#now()
    if (now - this.#shownAt < (this.#rewrites ? REWRITE_EVERY : WRITE_EVERY)) return
    this.#shownAt = now
    const line = progressLine(tally, now - this.#began)
    this.#screen.write(this.#rewrites ? `${CLEAR}${line}` : `${line}\n`)
    this.#isShown = this.#rewrites
  }

  /** Makes room for another line. */
  clear(): void {
    if (this.#isShown) this.#screen.write(CLEAR)
    this.#isShown = false
  }
}

export function progressLine({ rows, refused, share }: Tally, elapsed: number): string {
  const parts = [`${grouped(rows)} rows`, `${grouped(Math.round((rows * 1000) / Math.max(elapsed, 1)))} a second`]
  if (refused > 0) parts.push(`${grouped(refused)} refused`)
  if (share !== undefined) parts.push(`${Math.floor(share * 100)} %`)
  if (share !== undefined && share > 0) parts.push(`${timeLeft((elapsed / share) * (1 - share))} left`)
  return parts.join(', ')
}

function timeLeft(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000)
  return seconds < 100 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`
}

export function grouped(number: number): string {
  return number.toLocaleString('en-US')
}
