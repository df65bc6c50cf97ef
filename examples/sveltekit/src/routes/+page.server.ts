// The public page is made when the application is built.

export const prerender = true
