// An operation as a sentence, and the kind it belongs to.

import type { OperationsPage } from '../../src/client/index.ts'
import { isText, say, type TextKey } from './say.ts'

export type Operation = OperationsPage['operations'][number]
export type Kind = 'signIn' | 'change' | 'ending' | 'own'

export const KINDS: Readonly<Record<Kind, TextKey>> = {
  signIn: 'kindSignIn',
  change: 'kindChange',
  ending: 'kindEnding',
  own: 'kindOwn',
}

export function kindOf({ action }: Operation): Kind {
  if (/^(?:login|device|token)\./.test(action)) return 'signIn'
  if (/^(?:account|admin|password)\./.test(action)) return 'change'
  return action.startsWith('session.') ? 'ending' : 'own'
}

/** What an application recorded is shown as it named it. */
export function sayOperation(operation: Operation): string {
  const { action, outcome, detail } = operation
  const fitting = [`${action}.${circumstance(detail)}`, `${action}.${outcome}`, action].find(isText)
  return kindOf(operation) === 'own' || fitting === undefined ? action : say(fitting)
}

/** Why something ended, or whose deed it was. */
function circumstance({ by, reason, except }: Operation['detail']): string {
  if (except === 'current') return 'others'
  return String(reason ?? by ?? '')
}
