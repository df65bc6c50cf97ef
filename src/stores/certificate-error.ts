// Why the certificate of a server is not accepted, and what to do about it.

/**
 * @param code of OpenSSL or Node (https://nodejs.org/api/tls.html#x509-certificate-error-codes)
 * @param trustSetting what names an authority to trust
 * @returns a predicate; undefined where the fault is another one
 */
export function explainCertificateError(code: string, trustSetting: string): string | undefined {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `shows a certificate for another host name (${code}): connect to a name that stands in it`
  if (/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code)) return `shows a certificate that is not valid now (${code}): renew it`
  if (!/CERT|SELF_SIGNED|CRL|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH/.test(code)) return undefined
  return `shows a certificate that is not trusted (${code}): name the file of its authority with ${trustSetting}`
}
