// Other ways to make requests, taught to carry the token. Each only translates to the client's own way.

/** What an adapter needs of the client. */
interface Carrier {
  fetch(input: string, init: RequestInit): Promise<Response>
  authorization(address: string, wish?: { readonly refused: string }): Promise<string | undefined>
}

/** What of jQuery is used. */
export interface Ajax {
  ajaxTransport(dataType: string, handler: (options: AjaxOptions) => AjaxTransport | undefined): unknown
}

export interface AjaxOptions {
  readonly url?: string
  readonly type?: string
  readonly data?: unknown
  readonly async?: boolean
  readonly dataTypes?: readonly string[]
  readonly xhrFields?: { readonly withCredentials?: boolean }
}

export interface AjaxTransport {
  send(headers: Readonly<Record<string, string>>, complete: AjaxComplete): void
  abort(): void
}

type AjaxComplete = (status: number, statusText: string, responses?: { readonly text: string }, headers?: string) => void

/** Scripts and synchronous requests stay with jQuery. */
export function ajaxTransport(carrier: Carrier, options: AjaxOptions): AjaxTransport | undefined {
  if (options.async === false || options.dataTypes?.includes('script')) return undefined
  const stopper = new AbortController()
  return {
    send(headers, complete) {
      carrier
        .fetch(options.url ?? '', {
          method: options.type ?? 'GET',
          headers,
          body: (options.data ?? null) as RequestInit['body'] & {},
          credentials: options.xhrFields?.withCredentials ? 'include' : 'same-origin',
          signal: stopper.signal,
        })
        .then(async (response) => {
          const lines = [...response.headers].map(([name, value]) => `${name}: ${value}`)
          complete(response.status, response.statusText, { text: await response.text() }, lines.join('\r\n'))
        })
        .catch(() => complete(0, stopper.signal.aborted ? 'abort' : 'error'))
    },
    abort: () => stopper.abort(),
  }
}

/** What of axios is used. */
export interface Axios {
  readonly interceptors: {
    readonly request: { use(onRequest: (config: never) => Promise<never>): unknown }
    readonly response: { use(onResponse: undefined, onError: (error: AxiosFailure) => Promise<unknown>): unknown }
  }
  getUri(config: AxiosRequest): string
  request(config: AxiosRequest): Promise<unknown>
}

interface AxiosRequest {
  readonly headers: { set(name: string, value: string): unknown; get(name: string): unknown; has(name: string): boolean }
}

interface AxiosFailure {
  readonly config?: AxiosRequest
  readonly response?: { readonly status: number; readonly data: unknown }
}

export function interceptAxios(carrier: Carrier, instance: Axios): void {
  /** The requests that carry a header of ours, and those that were repeated. */
  const sent = new WeakMap<object, 'first' | 'again'>()
  instance.interceptors.request.use((async (config: AxiosRequest) => {
    if (config.headers.has('Authorization')) return config
    const header = await carrier.authorization(instance.getUri(config))
    if (header !== undefined) {
      config.headers.set('Authorization', header)
      sent.set(config.headers, 'first')
    }
    return config
  }) as unknown as (config: never) => Promise<never>)
  instance.interceptors.response.use(undefined, async (failure) => {
    const { config, response } = failure
    const code = (response?.data as { readonly code?: unknown } | undefined)?.code ?? 'token.invalid'
    if (config === undefined || response?.status !== 401 || code !== 'token.invalid' || sent.get(config.headers) !== 'first') throw failure
    const refused = String(config.headers.get('Authorization'))
    const header = await carrier.authorization(instance.getUri(config), { refused })
    if (header === undefined || header === refused) throw failure
    config.headers.set('Authorization', header)
    return instance.request(config)
  })
}
