// Recognizes loopback host names (RFC 6761, 6.3).

export function isLoopbackHost({ hostname }: URL): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$|\.localhost$/.test(hostname)
}
