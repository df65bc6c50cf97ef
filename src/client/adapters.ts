// Other ways to make requests, taught to carry the token. Each only translates to the client's own way.

/** What an adapter needs of the client. */
interface AuthFetch {
  fetch(input: string, init: RequestInit): Promise<Response>
  authorization(address: string): Promise<string | undefined>
  retryHeaders(
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
export function ajaxTransport(authFetch: AuthFetch, options: AjaxOptions): AjaxTransport | undefined {
  if (options.async === false || options.dataTypes?.includes('script')) return undefined
  const abortController = new AbortController()
  return {
    send(headers, complete) {
      authFetch
        .fetch(options.url ?? '', {
          method: options.type ?? 'GET',
          headers,
          body: (options.data ?? null) as RequestInit['body'] & {},
          credentials: options.xhrFields?.withCredentials ? 'include' : 'same-origin',
          signal: abortController.signal,
        })
        .then(async (response) => {
          const lines = [...response.headers].map(([name, value]) => `${name}: ${value}`)
          complete(response.status, response.statusText, { text: await response.text() }, lines.join('\r\n'))
        })
        .catch(() => complete(0, abortController.signal.aborted ? 'abort' : 'error'))
    },
    abort: () => abortController.abort(),
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

export function interceptAxios<Config extends AxiosRequest>(authFetch: AuthFetch, instance: Axios<Config>): void {
  /** The headers that carry a token for the first time: a request is repeated once. */
  const firstAttempts = new WeakSet<object>()
  instance.interceptors.request.use(async (config) => {
    const { headers } = config
    const header = headers.has('Authorization') ? undefined : await authFetch.authorization(instance.getUri(config))
    if (header === undefined) return config
    headers.set('Authorization', header)
    firstAttempts.add(headers)
    return config
  })
  instance.interceptors.response.use(undefined, async (failure) => {
    const { config, response } = failure
    if (!config || !response || !firstAttempts.has(config.headers)) throw failure
    const { headers, method = 'get' } = config
    const rejectedHeader = String(headers.get('Authorization'))
    const retryHeaders = await authFetch.retryHeaders(
      method.toUpperCase(),
      instance.getUri(config),
      rejectedHeader,
      response.status,
      response.data,
    )
    if (retryHeaders === undefined) throw failure
    for (const [name, value] of Object.entries(retryHeaders)) if (value !== undefined) headers.set(name, value)
    return instance.request(config)
  })
}
