// Checks that the revocation stream arrives without delay.

import { type CheckFunction, NOT_SIGNED_IN } from '../finding.ts'

/** Milliseconds: with a longer gap, verifiers refuse every token. */
const MAX_GAP_MS = 1_000

export const checkRevocationStream: CheckFunction = ({ stream, steps }) => {
  if (steps.byToken.length === 0) return NOT_SIGNED_IN
  if (stream === null) return 'no service key was given (--service-key-file)'
  const { status, failure, chunkTimes } = stream
  if (status === 401 || status === 403)
    return [
      {
        what: `The service key is not accepted (${status}).`,
        fix: 'Create a key: `latchkey service-key create NAME`. Check whether the Authorization header reaches Latchkey.',
      },
    ]
  const gaps = chunkTimes.map((at, index) => at - (chunkTimes[index - 1] ?? 0))
  if (status === 200 && failure === null && chunkTimes.length > 1 && Math.max(...gaps) <= MAX_GAP_MS) return []
  return [
    {
      what: `The revocation stream is delayed or interrupted${failure === null ? '' : `: ${failure}`}. Verifiers in other services refuse every token meanwhile.`,
      fix: 'nginx: set `proxy_buffering off;` and a `proxy_read_timeout` of some seconds for /access/revocations. Do not compress text/event-stream.',
    },
  ]
}
