// A parser of Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation).

import { VerifierFault } from './fault.ts'

export interface ServerSentEvent {
  readonly name: string
  readonly data: string
  /** The last `id` field, of this event or an earlier one. */
  readonly lastEventId: string
}

/** Maximum characters of one line, and of all data of one event. */
const MAX_LENGTH = 64 * 1024

/** Parses a stream in chunks that may be cut anywhere. */
export class EventParser {
  #rest = ''
  #name = ''
  #data: string[] = []
  #dataLength = 0
  #lastEventId: string

  constructor(lastEventId: string) {
    this.#lastEventId = lastEventId
  }

  /** The events that this chunk completes. @throws VerifierFault `stream.invalid` for a line or an event that is too long */
  push(chunk: string): readonly ServerSentEvent[] {
    const lines = (this.#rest + chunk).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > MAX_LENGTH) throw tooLong('line')
    return lines.flatMap((line) => this.#line(line) ?? [])
  }

  #line(line: string): ServerSentEvent | undefined {
    if (line === '') return this.#dispatch()
    if (line.length > MAX_LENGTH) throw tooLong('line')
    const colon = line.indexOf(':')
    if (colon === 0) return undefined
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') this.#name = value
    else if (field === 'data') this.#addData(value)
    else if (field === 'id' && !value.includes('\0')) this.#lastEventId = value
    return undefined
  }

  #addData(value: string): void {
    this.#dataLength += value.length + 1
    if (this.#dataLength > MAX_LENGTH) throw tooLong('event')
    this.#data.push(value)
  }

  #dispatch(): ServerSentEvent | undefined {
    const event = { name: this.#name || 'message', data: this.#data.join('\n'), lastEventId: this.#lastEventId }
    const isEmpty = this.#data.length === 0
    this.#name = ''
    this.#data = []
    this.#dataLength = 0
    return isEmpty ? undefined : event
  }
}

function tooLong(what: 'line' | 'event'): VerifierFault {
  return new VerifierFault(
    'stream.invalid',
    `The revocation feed has ${what === 'event' ? 'an' : 'a'} ${what} of more than ${MAX_LENGTH} characters`,
  )
}
