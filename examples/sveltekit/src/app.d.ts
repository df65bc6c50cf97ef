// The types of this application's requests and errors.

import type { AuthenticationResult, ErrorCode } from 'latchkey'

declare global {
  namespace App {
    interface Locals {
      /** The signed-in user, or the reason why the request is refused. */
      auth: AuthenticationResult
    }
    interface Error {
      code?: ErrorCode
    }
  }
}
