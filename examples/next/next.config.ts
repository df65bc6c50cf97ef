// Latchkey is not bundled: it has native modules, and reads its pages from its own folder.

import type { NextConfig } from 'next'

const config: NextConfig = {
  cacheComponents: true,
  partialPrefetching: true,
  poweredByHeader: false,
  serverExternalPackages: ['latchkey'],
}

export default config
