// Other ways to make requests, taught to carry the token. Each only translates to the client's own way.

/** What an adapter needs of the client. */
interface Carrier {
  fetch(input: string, init: RequestInit): Promise<Response>
  authorization(address: string): Promise<string | undefined>
  remedy(
    method: string,
    address: string,
    authorization: string,
    status: number,
    refusal: unknown,
  ): Promise<Readonly<Record<'authorization' | 'dpop', string | undefined>> | undefined>
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
export interface Axios<Config extends AxiosRequest> {
  readonly interceptors: {
    readonly request: { use(onRequest: (config: Config) => Promise<Config>): unknown }
    readonly response: { use(onResponse: undefined, onError: (error: AxiosFailure<Config>) => Promise<unknown>): unknown }
  }
  getUri(config: NoInfer<Config>): string
  request(config: NoInfer<Config>): Promise<unknown>
}

export interface AxiosRequest {
  readonly method?: string | undefined
  readonly headers: { set(name: string, value: string): unknown; get(name: string): unknown; has(name: string): boolean }
}

interface AxiosFailure<Config> {
  readonly config?: Config
  readonly response?: { readonly status: number; readonly data: unknown }
}

export function interceptAxios<Config extends AxiosRequest>(carrier: Carrier, instance: Axios<Config>): void {
  /** The headers that carry a token for the first time: a request is repeated once. */
  const firsts = new WeakSet<object>()
  instance.interceptors.request.use(async (config) => {
    const { headers } = config
    const header = headers.has('Authorization') ? undefined : await carrier.authorization(instance.getUri(config))
    if (header === undefined) return config
    headers.set('Authorization', header)
    firsts.add(headers)
    return config
  })
  instance.interceptors.response.use(undefined, async (failure) => {
    const { config, response } = failure
    if (!config || !response || !firsts.has(config.headers)) throw failure
    const { headers, method = 'get' } = config
    const refused = String(headers.get('Authorization'))
    const remedy = await carrier.remedy(method.toUpperCase(), instance.getUri(config), refused, response.status, response.data)
    if (remedy === undefined) throw failure
    for (const [name, value] of Object.entries(remedy)) if (value !== undefined) headers.set(name, value)
    return instance.request(config)
  })
}
