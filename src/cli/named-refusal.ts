// Refusals of commands: they say what is not there, which an answer over the network would not.

import { AuthError } from '../domain/errors.ts'

/** An identifier that is not there, said so that one knows which. */
export function notFound(what: string): AuthError {
  return namedRefusal(`There is no ${what}.`)
}

/** Something that is not there, in a whole sentence. */
export function namedRefusal(sentence: string): AuthError {
  return new NamedRefusal(sentence)
}

class NamedRefusal extends AuthError {
  readonly #sentence: string

  constructor(sentence: string) {
    super('resource.not_found')
    this.#sentence = sentence
  }

  override get message(): string {
    return this.#sentence
  }
}
