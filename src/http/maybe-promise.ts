// MaybePromise: a value, or a promise of it. A cached credential is answered in the same turn of the event loop, by the same code
// as a credential that needs the store.

export type MaybePromise<T> = T | Promise<T>

export function mapMaybe<A, B>(value: MaybePromise<A>, then: (value: A) => MaybePromise<B>): MaybePromise<B> {
  return value instanceof Promise ? value.then(then) : then(value)
}

/** Runs work that may fail synchronously or asynchronously, and maps the error to a value. */
export function catchMaybe<T>(work: () => MaybePromise<T>, rescue: (fault: unknown) => T): MaybePromise<T> {
  try {
    const result = work()
    return result instanceof Promise ? result.catch(rescue) : result
  } catch (fault) {
    return rescue(fault)
  }
}
