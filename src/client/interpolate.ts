// Puts values into a text for people.

/** `{name}` becomes the value of that name; a name without a value stays as it is. */
export function interpolate(text: string, values: Readonly<Record<string, string | number | undefined>>): string {
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => String(values[name] ?? placeholder))
}
