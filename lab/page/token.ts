// The access token of the page: kept in a variable, lost when the page is closed.

export interface PageToken {
  readonly token: string
  readonly userId: string
}

/** The expiry from the token's claims, in milliseconds since 1970. */
export function tokenExpiresAt({ token }: PageToken): number {
  const claims = token.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? ''
  return (JSON.parse(atob(claims)) as { readonly exp: number }).exp * 1000
}
