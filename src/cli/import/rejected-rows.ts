// Reports rejected lines: the first ones on standard error, all of them to the --rejects file. Never their content.

import { type FileHandle, open } from 'node:fs/promises'
import { SettingError } from '../../settings.ts'

const MAX_PRINTED = 100
const FLUSH_SIZE = 64 * 1024

export class RejectedRows {
  readonly #file: FileHandle | undefined
  readonly #print: (line: number, reason: string) => void
  #buffer = ''
  count = 0

  private constructor(file: FileHandle | undefined, print: (line: number, reason: string) => void) {
    this.#file = file
    this.#print = print
  }

  /** @throws SettingError if the file cannot be written */
  static async open(path: string | undefined, print: (line: number, reason: string) => void): Promise<RejectedRows> {
    if (path === undefined) return new RejectedRows(undefined, print)
    try {
      return new RejectedRows(await open(path, 'w', 0o600), print)
    } catch (error) {
      throw new SettingError(`The file of --rejects cannot be written: ${error instanceof Error ? error.message : String(error)}.`)
    }
  }

  async add(line: number, reason: string): Promise<void> {
    this.count += 1
    if (this.count <= MAX_PRINTED) this.#print(line, reason)
    if (this.#file === undefined) return
    this.#buffer += `${line}\t${reason}\n`
    if (this.#buffer.length >= FLUSH_SIZE) await this.#flush(this.#file)
  }

  /** How many lines were counted but not printed. */
  get unprinted(): number {
    return Math.max(0, this.count - MAX_PRINTED)
  }

  async close(): Promise<void> {
    if (this.#file === undefined) return
    await this.#flush(this.#file)
    await this.#file.close()
  }

  async #flush(file: FileHandle): Promise<void> {
    const text = this.#buffer
    this.#buffer = ''
    await file.appendFile(text)
  }
}
