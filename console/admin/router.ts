// The routes of the admin page, in the URL fragment, so that they can be linked to.

export type Route = { readonly at: 'users' } | { readonly at: 'keys' } | { readonly at: 'user'; readonly id: string }

/** Undefined for any other fragment, such as that of the skip link. */
export function parseRoute(fragment: string): Route | undefined {
  const name = fragment.replace(/^#/, '')
  if (name === '' || name === 'users') return { at: 'users' }
  if (name === 'keys') return { at: 'keys' }
  return /^usr_[\w-]+$/.test(name) ? { at: 'user', id: name } : undefined
}

export function routeFragment(route: Route): string {
  return `#${route.at === 'user' ? route.id : route.at}`
}
