// Tells a password manager whose password a form is about.

export function HiddenUsernameField({ name, label }: { readonly name: string; readonly label: string }) {
  return <input type="text" name="username" autoComplete="username" value={name} readOnly hidden aria-label={label} />
}
