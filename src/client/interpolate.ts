// Placeholders in texts of the user interface.

/** Replaces `{name}` by the value of that name; a placeholder without a value stays as it is. */
export function interpolate(text: string, values: Readonly<Record<string, string | number | undefined>>): string {
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => String(values[name] ?? placeholder))
}
