// Errors of commands. They name what does not exist, which responses over the network do not.

import { AuthError } from '../domain/errors.ts'

/** The error for an identifier that does not exist. */
export function notFound(what: string): AuthError {
  return commandError(`There is no ${what}.`)
}

/** An error with a whole sentence as its message. */
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
