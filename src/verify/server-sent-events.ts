// Reading Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation).

export interface ServerSentEvent {
  readonly name: string
  readonly data: string
  /** The last id that was sent, with this event or before. */
  readonly lastEventId: string
}

const MAX_LINE = 64 * 1024

/** Takes a stream in as it comes, cut anywhere. */
export class EventParser {
  #rest = ''
  #name = ''
  #data: string[] = []
  #lastEventId: string

  constructor(lastEventId: string) {
    this.#lastEventId = lastEventId
  }

  /** The events that this piece completes. */
  take(piece: string): readonly ServerSentEvent[] {
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > MAX_LINE) throw new Error('A line of the event stream is too long')
    return lines.flatMap((line) => this.#line(line) ?? [])
  }

  #line(line: string): ServerSentEvent | undefined {
    if (line === '') return this.#dispatch()
    const colon = line.indexOf(':')
    if (colon === 0) return undefined
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') this.#name = value
    else if (field === 'data') this.#data.push(value)
    else if (field === 'id' && !value.includes('\0')) this.#lastEventId = value
    return undefined
  }

  #dispatch(): ServerSentEvent | undefined {
    const event = { name: this.#name || 'message', data: this.#data.join('\n'), lastEventId: this.#lastEventId }
    const isEmpty = this.#data.length === 0
    this.#name = ''
    this.#data = []
    return isEmpty ? undefined : event
  }
}
