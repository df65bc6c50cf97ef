// Splits a stream into lines of bounded length; lines that are too long or not UTF-8 are rejected by number.

import { isUtf8 } from 'node:buffer'

export type Line = { readonly line: number; readonly text: string } | { readonly line: number; readonly refused: string }

/** The longest line in bytes, many times that of a row with a long name, hash and roles. */
export const MAX_LINE = 64 * 1024

const LINE_FEED = 10
const BYTE_ORDER_MARK = /^\uFEFF/

/** Empty lines count, but are not returned. */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Line[]> {
  let pieces: Buffer[] = []
  let length = 0
  let number = 0
  const append = (piece: Buffer) => {
    length += piece.length
    // A line that is too long is counted but not stored.
    if (length <= MAX_LINE) pieces.push(piece)
    else pieces = []
  }
  const finish = (): Line | undefined => {
    number += 1
    const line = lineOf(number, pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces), length)
    pieces = []
    length = 0
    return line
  }
  for await (const chunk of chunks) {
    const lines: (Line | undefined)[] = []
    let from = 0
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      append(chunk.subarray(from, end))
      lines.push(finish())
      from = end + 1
    }
    if (from < chunk.length) append(Buffer.from(chunk.subarray(from)))
    yield lines.filter((line) => line !== undefined)
  }
  if (length > 0) yield [finish()].filter((line) => line !== undefined)
}

function lineOf(line: number, bytes: Buffer, length: number): Line | undefined {
  if (length > MAX_LINE) return { line, refused: `the line is longer than ${MAX_LINE / 1024} KiB` }
  if (!isUtf8(bytes)) return { line, refused: 'the line is not UTF-8' }
  const decoded = bytes.toString('utf8').replace(/\r$/, '')
  const text = line === 1 ? decoded.replace(BYTE_ORDER_MARK, '') : decoded
  return text.trim() === '' ? undefined : { line, text }
}
