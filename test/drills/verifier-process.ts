// A verifier in a process of its own, which asks itself about tokens without pause; run directly it is that process.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createVerifier } from '../../src/verify/index.ts'

/** What was said of one token. Times in milliseconds since 1970, with fractions. */
export interface TokenObservation {
  readonly accepted: number
  readonly lastAcceptedAt: number
  readonly refusedInARow: number
  /** Acceptances more than a second after the sign-out was confirmed. */
  readonly wronglyAccepted: number
}

type Command =
  | { readonly watch: string }
  | { readonly ended: string; readonly at: number }
  | { readonly drop: string }
  | { readonly tell: string }

export function preciseNow(): number {
  return performance.timeOrigin + performance.now()
}

const MAX_DELAY_MS = 1_000

export class VerifierProcess {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** @param url where the issuer is really found */
  static async start(issuer: string, url: string, serviceKey: string): Promise<VerifierProcess> {
    const child = fork(import.meta.filename, [issuer, url, serviceKey])
    await once(child, 'message')
    return new VerifierProcess(child)
  }

  watch(token: string): void {
    this.#child.send({ watch: token } satisfies Command)
  }

  /** Says that the sign-out was confirmed. */
  markRevoked(token: string, at: number): void {
    this.#child.send({ ended: token, at } satisfies Command)
  }

  unwatch(token: string): void {
    this.#child.send({ drop: token } satisfies Command)
  }

  async observation(token: string): Promise<TokenObservation> {
    const answered = once(this.#child, 'message')
    this.#child.send({ tell: token } satisfies Command)
    const [watched] = (await answered) as [TokenObservation]
    return watched
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }
}

async function run(issuer: string, url: string, serviceKey: string): Promise<void> {
  const verifier = createVerifier({ issuer, serviceKey, fetch: (input, init) => fetch(String(input).replace(issuer, url), init) })
  await verifier.ready()
  const watched = new Map<
    string,
    { accepted: number; lastAcceptedAt: number; refusedInARow: number; endedAt: number; wronglyAccepted: number }
  >()
  process.on('message', (order: Command) => {
    if ('watch' in order) {
      watched.set(order.watch, { accepted: 0, lastAcceptedAt: 0, refusedInARow: 0, endedAt: Number.POSITIVE_INFINITY, wronglyAccepted: 0 })
    } else if ('ended' in order) {
      const one = watched.get(order.ended)
      if (one) one.endedAt = order.at
    } else if ('drop' in order) watched.delete(order.drop)
    else process.send?.({ ...watched.get(order.tell) })
  })
  process.send?.('ready')
  for (;;) {
    for (const [token, one] of watched) {
      if (!(await verifier.verify(token)).ok) {
        one.refusedInARow += 1
        continue
      }
      one.accepted += 1
      one.refusedInARow = 0
      one.lastAcceptedAt = preciseNow()
      if (one.lastAcceptedAt > one.endedAt + MAX_DELAY_MS) one.wronglyAccepted += 1
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

const [, program, issuer = '', url = '', serviceKey = ''] = process.argv
if (program === import.meta.filename) await run(issuer, url, serviceKey)
