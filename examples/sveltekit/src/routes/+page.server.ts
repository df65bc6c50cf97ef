// The public page is prerendered at build time.

export const prerender = true
