// Going on with a value: at once where it is there, and when it comes where it is promised. What memory knows is answered in the
// same turn of the event loop, by the same lines as everything else.

export type MaybePromise<T> = T | Promise<T>

export function mapMaybe<A, B>(value: MaybePromise<A>, then: (value: A) => MaybePromise<B>): MaybePromise<B> {
  return value instanceof Promise ? value.then(then) : then(value)
}

/** As `soon`, for work that may fail at once or later. */
export function catchMaybe<T>(work: () => MaybePromise<T>, rescue: (fault: unknown) => T): MaybePromise<T> {
  try {
    const done = work()
    return done instanceof Promise ? done.catch(rescue) : done
  } catch (fault) {
    return rescue(fault)
  }
}
