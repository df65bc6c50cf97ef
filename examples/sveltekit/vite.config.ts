// SvelteKit for Node. It compares the origin of form submissions with `paths.origin`, the public URL.

import adapter from '@sveltejs/adapter-node'
import { sveltekit } from '@sveltejs/kit/vite'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [sveltekit({ adapter: adapter(), paths: { origin: process.env.LATCHKEY_PUBLIC_URL ?? 'http://localhost:3000' } })],
  server: { port: 3000, strictPort: true },
})
