// Tells a password manager whose password a form is about.

export function WhosePassword({ name, label }: { readonly name: string; readonly label: string }) {
  return <input type="text" name="username" autoComplete="username" value={name} readOnly hidden aria-label={label} />
}
