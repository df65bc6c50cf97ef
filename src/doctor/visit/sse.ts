// Listening to the stream of endings for a moment: what arrives in one late piece was held back on its way.

import { type Address, openRequest } from '../connection.ts'
import type { StreamObservation } from './steps.ts'

/** Milliseconds; heartbeats come four times a second. */
const LISTEN_MS = 2_000

export async function readRevocationStream(url: URL, address: Address, serviceKey: string): Promise<StreamObservation> {
  return new Promise((resolve) => {
    const began = Date.now()
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
      response.on('data', () => chunkTimes.push(Date.now() - began))
      response.once('end', () => finish('it ended'))
      response.once('error', failed)
    })
    request.end()
  })
}
