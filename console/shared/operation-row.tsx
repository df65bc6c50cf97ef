// One line of the record: when, what, how it ended, from where.

import { Badge } from '@mantine/core'
import { sayDevice, sayPlace } from './device-text.ts'
import { kindOf, type Operation, sayOperation } from './operation-text.ts'
import { isText, say } from './say.ts'
import { sayMoment } from './times.ts'

const COLORS = { ok: 'teal', refused: 'yellow', limited: 'yellow', notice: 'gray', warning: 'orange', alarm: 'red' } as const

export function OperationRow({ operation }: { readonly operation: Operation }) {
  const { at, outcome } = operation
  const detail = detailOf(operation)
  return (
    <li className="operation" tabIndex={-1}>
      <time dateTime={at}>{sayMoment(at)}</time>
      <div>
        <p className="what">
          {sayOperation(operation)}
          {outcome !== 'ok' && (
            <Badge variant="light" color={COLORS[outcome]} tt="none" ml={8}>
              {say(outcome)}
            </Badge>
          )}
        </p>
        {detail !== undefined && <code>{detail}</code>}
        <p className="soft small">{whence(operation)}</p>
      </div>
    </li>
  )
}

/** All that can be read in the line, for the search. */
export function wordsOf(operation: Operation): string {
  const { action, at, outcome, device } = operation
  return [sayOperation(operation), action, sayMoment(at), say(outcome), whence(operation), device, detailOf(operation) ?? ''].join(' ')
}

function whence({ action, ip, device, detail: { by } }: Operation): string {
  // What somebody else does to an account has no address to show, and says by what it was done. Elsewhere a device is what a browser sent.
  const isOfOthers = by === 'admin' || by === 'operator' || action === 'account.import'
  if (ip === '' && isOfOthers && isText(device)) return say(device)
  return say('fromDevice', { ip: sayPlace(ip), device: sayDevice(device) })
}

/** Our own details are in the sentence, but for whom an administrator had before them; what an application recorded is its own. */
function detailOf(operation: Operation): string | undefined {
  const { action, detail } = operation
  if (action.startsWith('admin.')) return [detail.username, detail.user, detail.service].find((name) => typeof name === 'string')
  return kindOf(operation) === 'own' && Object.keys(detail).length > 0 ? JSON.stringify(detail) : undefined
}
