// What every request, and every error, of this application carries.

import type { AuthenticationResult, ErrorCode } from 'latchkey'

declare global {
  namespace App {
    interface Locals {
      /** Who the request is, or why nobody can say; with a cookie alone nobody may change anything. */
      auth: AuthenticationResult
    }
    interface Error {
      code?: ErrorCode
    }
  }
}
