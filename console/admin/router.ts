// Where on the page a reader is: in the fragment of the address, so that it can be linked to and gone back from.

export type Route = { readonly at: 'users' } | { readonly at: 'keys' } | { readonly at: 'user'; readonly id: string }

/** Undefined for a fragment of something else, such as the link to the content. */
export function parseRoute(fragment: string): Route | undefined {
  const name = fragment.replace(/^#/, '')
  if (name === '' || name === 'users') return { at: 'users' }
  if (name === 'keys') return { at: 'keys' }
  return /^usr_[\w-]+$/.test(name) ? { at: 'user', id: name } : undefined
}

export function routeFragment(place: Route): string {
  return `#${place.at === 'user' ? place.id : place.at}`
}
