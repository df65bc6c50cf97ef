// A header as it comes from the network: a string that nobody has seen before, though it says the same.

export function uniqueHeader(text: string): () => string {
  const bytes = Buffer.from(text, 'latin1')
  return () => bytes.toString('latin1')
}
