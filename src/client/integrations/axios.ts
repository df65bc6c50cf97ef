// axios: interceptors that add the token to requests and repeat a rejected one once.

import type { AuthFetch } from '../auth-fetch.ts'

/** The part of axios that the client uses. */
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
  /** Headers of requests that were not repeated yet: each request is repeated at most once. */
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
