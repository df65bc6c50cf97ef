// The endings reach other services as they happen.

import { type CheckFunction, NOT_SIGNED_IN } from '../finding.ts'

/** Milliseconds; a verifier believes nothing that is older. */
const MAX_GAP_MS = 1_000

export const checkRevocationStream: CheckFunction = ({ stream, steps }) => {
  if (steps.byToken.length === 0) return NOT_SIGNED_IN
  if (stream === null) return 'no service key was given (--service-key-file)'
  const { status, failure, chunkTimes } = stream
  if (status === 401 || status === 403)
    return [
      {
        what: `The service key is not accepted (${status}).`,
        fix: 'Make one: `latchkey service-key create NAME`. Look whether the Authorization header arrives.',
      },
    ]
  const silences = chunkTimes.map((at, index) => at - (chunkTimes[index - 1] ?? 0))
  if (status === 200 && failure === null && chunkTimes.length > 1 && Math.max(...silences) <= MAX_GAP_MS) return []
  return [
    {
      what: `The stream of endings does not come as it is sent${failure === null ? '' : `: ${failure}`}. Verifiers elsewhere refuse every token meanwhile.`,
      fix: 'nginx: `proxy_buffering off;` and a `proxy_read_timeout` of some seconds for /access/revocations; and no compression of text/event-stream.',
    },
  ]
}
