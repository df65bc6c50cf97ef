// One thread for expensive work: started when it is first needed, replaced when it crashes or takes too long, and never what keeps the
// process alive while it has nothing to do.

import { Worker } from 'node:worker_threads'

/** What a thread's program sends once, when it can take jobs. */
export const READY = 'ready'

export interface ThreadOptions {
  /** The program: it sends `READY`, and then a result for each job, in turn. */
  readonly program: URL
  /** Milliseconds that one job may take. */
  readonly jobTimeoutMs: number
  /** Milliseconds that the program may take to be ready. */
  readonly startTimeoutMs: number
  /** Called with what has ended a thread. */
  readonly onError: (error: unknown) => void
}

export interface WorkerThread<Job, Result> {
  /** One job at a time. Undefined when the thread has crashed or was too slow: it is ended then, and the next job gets a new one. */
  run(job: Job): Promise<Result | undefined>
  /** Ends the thread; the job that is under way, and all later ones, come to undefined. */
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
      // Nothing that the process was started with is for the thread, least of all its secrets.
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
      .on('exit', (code) => fail(started, new Error(`A worker thread ended by itself with code ${code}`)))
    return started
  }

  function setDeadline(milliseconds: number, what: string): void {
    const waiting = pending
    if (waiting === undefined) return
    clearTimeout(waiting.timer)
    waiting.timer = setTimeout(() => {
      if (worker !== undefined) fail(worker, new Error(`A worker thread ${what} within ${milliseconds} ms`))
    }, milliseconds)
  }

  function send(): void {
    if (pending === undefined) return
    setDeadline(options.jobTimeoutMs, 'has not finished its job')
    worker?.postMessage(pending.job)
  }

  function settle(result: Result | undefined): void {
    const done = pending
    pending = undefined
    clearTimeout(done?.timer)
    // With nothing to do it does not keep the process alive; with a job it does, as somebody waits for the result.
    worker?.unref()
    done?.settle(result)
  }

  function fail(lost: Worker, error: unknown): void {
    if (lost !== worker) return
    worker = undefined
    void lost.terminate()
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
      const ended = worker
      worker = undefined
      settle(undefined)
      await ended?.terminate()
    },
  }
}
