// The token as the page holds it: in a variable, gone with the page.

export interface PageToken {
  readonly token: string
  readonly userId: string
}

/** When it ends, in milliseconds since 1970, from its own claims. */
export function tokenExpiresAt({ token }: PageToken): number {
  const claims = token.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? ''
  return (JSON.parse(atob(claims)) as { readonly exp: number }).exp * 1000
}
