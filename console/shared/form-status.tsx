// What came of something the reader did: announced, and in the place where it was done.

export function FormStatus({ failure, done }: { readonly failure: string | undefined; readonly done?: string | undefined }) {
  return (
    <>
      {/* There from the start, so that a screen reader notices what is put into it. */}
      <div role="status">{failure === undefined && done !== undefined && <p className="done">{done}</p>}</div>
      <div role="alert">{failure !== undefined && <p className="failure">{failure}</p>}</div>
    </>
  )
}
