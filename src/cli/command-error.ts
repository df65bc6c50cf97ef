// Refusals of commands: they say what is not there, which an answer over the network would not.

import { AuthError } from '../domain/errors.ts'

/** An identifier that is not there, said so that one knows which. */
export function notFound(what: string): AuthError {
  return commandError(`There is no ${what}.`)
}

/** Something that is not there, in a whole sentence. */
export function commandError(sentence: string): AuthError {
  return new CommandError(sentence)
}

class CommandError extends AuthError {
  readonly #message: string

  constructor(sentence: string) {
    super('resource.not_found')
    this.#message = sentence
  }

  override get message(): string {
    return this.#message
  }
}
