// One worker thread for expensive work: started on first use, replaced after a crash or a timeout, and unreferenced while it is idle.

import { Worker } from 'node:worker_threads'

/** The message that the program of a thread sends once, when it can take jobs. */
export const READY = 'ready'

export interface ThreadOptions {
  /** The program: it sends `READY`, and then a result for each job, in order. */
  readonly program: URL
  /** The timeout of a job, in milliseconds. */
  readonly jobTimeoutMs: number
  /** The timeout until the program is ready, in milliseconds. */
  readonly startTimeoutMs: number
  /** Called with the error that terminated a thread. */
  readonly onError: (error: unknown) => void
}

export interface WorkerThread<Job, Result> {
  /** Runs one job at a time. Returns undefined after a crash or a timeout: the thread is terminated, and the next job starts a new one. */
  run(job: Job): Promise<Result | undefined>
  /** Terminates the thread; the running job and all later ones return undefined. */
  close(): Promise<void>
}

interface Pending<Job, Result> {
  readonly job: Job
  readonly settle: (result: Result | undefined) => void
  timer: NodeJS.Timeout | undefined
}

export function createWorkerThread<Job, Result>(options: ThreadOptions): WorkerThread<Job, Result> {
  let worker: Worker | undefined
  let isReady = false
  let isClosed = false
  let pending: Pending<Job, Result> | undefined

  function start(): Worker {
    const started = new Worker(options.program, {
      // The thread gets no environment or arguments of the process, because they may contain secrets.
      env: {},
      execArgv: [],
      argv: [],
      name: 'latchkey',
    })
    isReady = false
    started
      .on('message', (message: unknown) => {
        if (started !== worker) return
        if (message === READY) {
          isReady = true
          send()
        } else settle(message as Result)
      })
      .on('error', (error) => fail(started, error))
      .on('exit', (code) => fail(started, new Error(`A worker thread exited with code ${code}`)))
    return started
  }

  function setDeadline(milliseconds: number, failure: string): void {
    const current = pending
    if (current === undefined) return
    clearTimeout(current.timer)
    current.timer = setTimeout(() => {
      if (worker !== undefined) fail(worker, new Error(`A worker thread ${failure} within ${milliseconds} ms`))
    }, milliseconds)
  }

  function send(): void {
    if (pending === undefined) return
    setDeadline(options.jobTimeoutMs, 'did not finish its job')
    worker?.postMessage(pending.job)
  }

  function settle(result: Result | undefined): void {
    const done = pending
    pending = undefined
    clearTimeout(done?.timer)
    // An idle thread must not keep the process alive; a busy one must, because a caller waits for the result.
    worker?.unref()
    done?.settle(result)
  }

  function fail(failed: Worker, error: unknown): void {
    if (failed !== worker) return
    worker = undefined
    void failed.terminate()
    options.onError(error)
    settle(undefined)
  }

  return {
    run(job) {
      if (isClosed) return Promise.resolve(undefined)
      if (pending !== undefined) return Promise.reject(new Error('A worker thread takes one job at a time'))
      return new Promise((resolve) => {
        pending = { job, settle: resolve, timer: undefined }
        try {
          worker ??= start()
        } catch (error) {
          // Threads may be forbidden (`node --permission`).
          options.onError(error)
          return settle(undefined)
        }
        worker.ref()
        if (isReady) send()
        else setDeadline(options.startTimeoutMs, 'was not ready')
      })
    },

    async close() {
      isClosed = true
      const terminated = worker
      worker = undefined
      settle(undefined)
      await terminated?.terminate()
    },
  }
}
