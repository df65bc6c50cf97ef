// Reads the revocation stream for two seconds and records when data arrives, which shows buffering on the way.

import { type Address, openRequest } from '../connection.ts'
import type { StreamObservation } from './steps.ts'

/** Milliseconds; heartbeats come four times a second. */
const LISTEN_MS = 2_000

export async function readRevocationStream(url: URL, address: Address, serviceKey: string): Promise<StreamObservation> {
  return new Promise((resolve) => {
    const startedAt = Date.now()
    const chunkTimes: number[] = []
    let status = 0
    const headers = { authorization: `Service ${serviceKey}`, accept: 'text/event-stream' }
    const request = openRequest(url, address, { path: '/access/revocations', headers })
    const finish = (failure: string | null) => {
      clearTimeout(timer)
      request.destroy()
      resolve({ status, failure, chunkTimes })
    }
    const timer = setTimeout(() => finish(null), LISTEN_MS)
    const failed = (error: NodeJS.ErrnoException) => finish(error.code ?? error.message)
    request.on('error', failed)
    request.once('response', (response) => {
      status = response.statusCode ?? 0
      response.on('data', () => chunkTimes.push(Date.now() - startedAt))
      response.once('end', () => finish('the connection was closed'))
      response.once('error', failed)
    })
    request.end()
  })
}
