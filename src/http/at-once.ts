// Going on with a value: at once where it is there, and when it comes where it is promised. What memory knows is answered in the
// same turn of the event loop, by the same lines as everything else.

export type Soon<T> = T | Promise<T>

export function soon<A, B>(value: Soon<A>, then: (value: A) => Soon<B>): Soon<B> {
  return value instanceof Promise ? value.then(then) : then(value)
}

/** As `soon`, for work that may fail at once or later. */
export function rescued<T>(work: () => Soon<T>, rescue: (fault: unknown) => T): Soon<T> {
  try {
    const done = work()
    return done instanceof Promise ? done.catch(rescue) : done
  } catch (fault) {
    return rescue(fault)
  }
}
