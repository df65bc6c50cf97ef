// The result of a form or an action, announced to screen readers.

export function FormStatus({ failure, done }: { readonly failure: string | undefined; readonly done?: string | undefined }) {
  return (
    <>
      {/* Always present: screen readers announce only changes of an existing live region. */}
      <div role="status">{failure === undefined && done !== undefined && <p className="done">{done}</p>}</div>
      <div role="alert">{failure !== undefined && <p className="failure">{failure}</p>}</div>
    </>
  )
}
