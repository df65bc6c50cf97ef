// One HTTP request and its response as plain data: the input of the checks.

export interface Exchange {
  /** The remote address of the connection: `203.0.113.7:443`, `[2001:db8::7]:443`. */
  readonly address: string
  readonly method: string
  readonly path: string
  readonly requestHeaders: Readonly<Record<string, string>>
  /** 0 without a response; `failure` then says why. */
  readonly status: number
  readonly failure: string | null
  readonly headers: readonly Header[]
  readonly body: string
  /** The local address of the connection; empty without one. */
  readonly localAddress: string
  /** Milliseconds since 1970, by the clock of this machine. */
  readonly sentAt: number
  readonly receivedAt: number
  /** When the server's certificate expires, in milliseconds since 1970; null without one. */
  readonly certificateExpiresAt: number | null
}

export type Header = readonly [name: string, value: string]

/** All values of a header, in their order. */
export function headerValues({ headers }: Pick<Exchange, 'headers'>, name: string): readonly string[] {
  return headers.filter(([candidate]) => candidate.toLowerCase() === name).map(([, value]) => value)
}

export function header(exchange: Pick<Exchange, 'headers'>, name: string): string | undefined {
  return headerValues(exchange, name)[0]
}

/** The body as JSON; undefined if it is not JSON. */
export function json({ body }: Pick<Exchange, 'body'>): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** A member of the JSON body, by its path; undefined if any part is missing. */
export function member(exchange: Pick<Exchange, 'body'>, ...names: readonly (string | number)[]): unknown {
  let found = json(exchange)
  for (const name of names)
    found = typeof found === 'object' && found !== null ? (found as Record<string | number, unknown>)[name] : undefined
  return found
}

/** The code of an error response of Latchkey; undefined for any other response. */
export function errorCodeOf(exchange: Exchange): string | undefined {
  const code = member(exchange, 'code')
  return exchange.status >= 400 && typeof code === 'string' ? code : undefined
}

/** The Latchkey process that answered: the constant part of its request ids. */
export function processIdOf(exchange: Exchange): string | undefined {
  const id = header(exchange, 'x-request-id')
  return id?.slice(0, id.lastIndexOf('-'))
}

/** Whether Latchkey may have answered GET /access/session of a signed-out client. A proxy may have replaced its 401. */
export function mayBeLatchkey(exchange: Exchange): boolean {
  return errorCodeOf(exchange) !== undefined || exchange.status === 401
}
