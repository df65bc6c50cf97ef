// Creates header values as they come from the network: equal text, but a new string each time.

export function uniqueHeader(text: string): () => string {
  const bytes = Buffer.from(text, 'latin1')
  return () => bytes.toString('latin1')
}
