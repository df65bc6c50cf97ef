// Creates DOM elements; text is never parsed as markup.

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

/** Replaces the content of an element. */
export function show(id: string, ...children: readonly Child[]): void {
  document.getElementById(id)?.replaceChildren(...children.filter((child) => child !== false && child !== undefined))
}

/** A status mark: text, sign and colour show whether a request was accepted. */
export function mark(ok: boolean, text: string): HTMLElement {
  return make('span', ok ? 'mark ok' : 'mark no', ok ? '✓ ' : '✕ ', text)
}
