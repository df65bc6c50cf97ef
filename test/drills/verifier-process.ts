// A verifier in a child process that verifies the watched tokens in a loop. Run directly, this file is the child process.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createVerifier } from '../../src/verify/index.ts'

/** The results for one token. Times in milliseconds since 1970, with fractions. */
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
  | { readonly report: string }

export function preciseNow(): number {
  return performance.timeOrigin + performance.now()
}

const MAX_DELAY_MS = 1_000

export class VerifierProcess {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** @param url the real URL of the issuer */
  static async start(issuer: string, url: string, serviceKey: string): Promise<VerifierProcess> {
    const child = fork(import.meta.filename, [issuer, url, serviceKey])
    await once(child, 'message')
    return new VerifierProcess(child)
  }

  watch(token: string): void {
    this.#child.send({ watch: token } satisfies Command)
  }

  /** Records that the sign-out was confirmed. */
  markRevoked(token: string, at: number): void {
    this.#child.send({ ended: token, at } satisfies Command)
  }

  unwatch(token: string): void {
    this.#child.send({ drop: token } satisfies Command)
  }

  async observation(token: string): Promise<TokenObservation> {
    const reported = once(this.#child, 'message')
    this.#child.send({ report: token } satisfies Command)
    const [observation] = (await reported) as [TokenObservation]
    return observation
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
  process.on('message', (command: Command) => {
    if ('watch' in command) {
      watched.set(command.watch, {
        accepted: 0,
        lastAcceptedAt: 0,
        refusedInARow: 0,
        endedAt: Number.POSITIVE_INFINITY,
        wronglyAccepted: 0,
      })
    } else if ('ended' in command) {
      const one = watched.get(command.ended)
      if (one) one.endedAt = command.at
    } else if ('drop' in command) watched.delete(command.drop)
    else process.send?.({ ...watched.get(command.report) })
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
