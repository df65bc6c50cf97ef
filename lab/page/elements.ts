// Makes elements; text is text and never markup.

type Child = Node | string | false | undefined

export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  if (className !== '') element.className = className
  element.append(...children.filter((child) => child !== false && child !== undefined))
  return element
}

/** Puts new content in the place of the old. */
export function show(id: string, ...children: readonly Child[]): void {
  document.getElementById(id)?.replaceChildren(...children.filter((child) => child !== false && child !== undefined))
}

/** A word that says by its text, its sign and its colour whether something was let through. */
export function mark(ok: boolean, text: string): HTMLElement {
  return make('span', ok ? 'mark ok' : 'mark no', ok ? '✓ ' : '✕ ', text)
}
