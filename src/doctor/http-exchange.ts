// One request and what came back, as plain data: all that the judges look at.

export interface Exchange {
  /** Where the connection went: `203.0.113.7:443`, `[2001:db8::7]:443`. */
  readonly address: string
  readonly method: string
  readonly path: string
  readonly requestHeaders: Readonly<Record<string, string>>
  /** 0 where no answer came; `failure` then says why. */
  readonly status: number
  readonly failure: string | null
  readonly headers: readonly Header[]
  readonly body: string
  /** Our own address on that connection; empty where there was none. */
  readonly localAddress: string
  /** Milliseconds since 1970, by our own clock. */
  readonly sentAt: number
  readonly receivedAt: number
  /** When the server's certificate ends, in milliseconds since 1970; null without one. */
  readonly certificateExpiresAt: number | null
}

export type Header = readonly [name: string, value: string]

/** Every value of a header, in the order in which they came. */
export function headerValues({ headers }: Pick<Exchange, 'headers'>, name: string): readonly string[] {
  return headers.filter(([candidate]) => candidate.toLowerCase() === name).map(([, value]) => value)
}

export function header(exchange: Pick<Exchange, 'headers'>, name: string): string | undefined {
  return headerValues(exchange, name)[0]
}

/** The body as JSON; undefined where it is none. */
export function json({ body }: Pick<Exchange, 'body'>): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** The member of a JSON body, by its names; undefined where any of them is missing. */
export function member(exchange: Pick<Exchange, 'body'>, ...names: readonly (string | number)[]): unknown {
  let found = json(exchange)
  for (const name of names)
    found = typeof found === 'object' && found !== null ? (found as Record<string | number, unknown>)[name] : undefined
  return found
}

/** The code of one of Latchkey's refusals; undefined where the answer is none. */
export function errorCodeOf(exchange: Exchange): string | undefined {
  const code = member(exchange, 'code')
  return exchange.status >= 400 && typeof code === 'string' ? code : undefined
}

/** Which process of Latchkey answered: the part of its request ids that never changes. */
export function processIdOf(exchange: Exchange): string | undefined {
  const id = header(exchange, 'x-request-id')
  return id?.slice(0, id.lastIndexOf('-'))
}

/** False where something else answered GET /access/session for somebody who is not signed in. A refusal may have been replaced on its way. */
export function mayBeLatchkey(exchange: Exchange): boolean {
  return errorCodeOf(exchange) !== undefined || exchange.status === 401
}
