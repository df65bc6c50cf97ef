// A hidden username field, by which password managers know whose password a form changes.

export function HiddenUsernameField({ name, label }: { readonly name: string; readonly label: string }) {
  return <input type="text" name="username" autoComplete="username" value={name} readOnly hidden aria-label={label} />
}
