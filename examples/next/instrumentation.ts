// Opens Latchkey when the server starts, so that a wrong setting stops the start, not the first request.

export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { openLatchkey } = await import('./lib/latchkey')
  await openLatchkey()
}
