// Answering when the roll is called: this process has forgotten everything that ended before, and has handed it on to so many
// of the verifiers that follow the log through it.

import type { Called, HeardCall } from '../domain/ending.ts'

/** A verifier that follows the log through this process, and has caught up with it. */
export interface FollowingVerifier {
  /** Everything up to this call was taken by its line. */
  handed(call: Called['requestId']): void
  left(): void
}

export interface RollAnswersOptions {
  /** An id of this process, made when it starts. */
  readonly process: string
  /** False where nothing is accepted that could have ended: then it answers nobody. */
  readonly serves: boolean
  readonly append: (answer: Omit<HeardCall, 'kind' | 'at'>) => Promise<void>
  readonly onFault: (error: unknown) => void
}

interface Answer {
  readonly waitsFor: Set<FollowingVerifier>
  readonly told: Set<FollowingVerifier>
  /** True once the engine itself has heard the call: a verifier's line can be quicker. */
  isHeard: boolean
  isOutdated: boolean
  isTelling: boolean
}

/** A call is over after seconds, so of the ones before nobody asks any more. */
const CALLS_KEPT = 8

export class RollAnswers {
  readonly #options: RollAnswersOptions
  readonly #verifiers = new Set<FollowingVerifier>()
  /** By call, the latest last. */
  readonly #answers = new Map<string, Answer>()

  constructor(options: RollAnswersOptions) {
    this.#options = options
  }

  heard(call: string): void {
    if (!this.#options.serves) return
    const answer = this.#answerTo(call)
    answer.isHeard = true
    this.#tell(call, answer)
  }

  joined(): FollowingVerifier {
    const verifier: FollowingVerifier = {
      handed: (call) => {
        const answer = this.#answerTo(call)
        answer.waitsFor.delete(verifier)
        answer.told.add(verifier)
        this.#tell(call, answer)
      },
      left: () => {
        this.#verifiers.delete(verifier)
        for (const [call, answer] of this.#answers) if (answer.waitsFor.delete(verifier)) this.#tell(call, answer)
      },
    }
    this.#verifiers.add(verifier)
    return verifier
  }

  #answerTo(call: string): Answer {
    const known = this.#answers.get(call)
    if (known !== undefined) return known
    const answer: Answer = { waitsFor: new Set(this.#verifiers), told: new Set(), isHeard: false, isOutdated: false, isTelling: false }
    this.#answers.set(call, answer)
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= CALLS_KEPT) break
      this.#answers.delete(oldest)
    }
    return answer
  }

  #tell(call: string, answer: Answer): void {
    if (!answer.isHeard) return
    answer.isOutdated = true
    if (!answer.isTelling) void this.#keepTelling(call, answer)
  }

  /** One entry at a time: of a hundred verifiers, most are told of in the second. Never rejects. */
  async #keepTelling(call: string, answer: Answer): Promise<void> {
    answer.isTelling = true
    try {
      while (answer.isOutdated) {
        answer.isOutdated = false
        const { told, waitsFor } = answer
        await this.#options.append({ requestId: call, process: this.#options.process, verifiers: told.size + waitsFor.size, delivered: told.size })
      }
    } catch (error) {
      this.#options.onFault(error)
    } finally {
      answer.isTelling = false
    }
  }
}
