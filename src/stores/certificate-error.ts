// Explains why a server's TLS certificate was rejected, and what to do.

/**
 * @param code an OpenSSL or Node error code (https://nodejs.org/api/tls.html#x509-certificate-error-codes)
 * @param trustSetting the setting that names a trusted CA
 * @returns a predicate for an error message; undefined when the error is not about a certificate
 */
export function explainCertificateError(code: string, trustSetting: string): string | undefined {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `presents a certificate for another host name (${code}): connect to a name that the certificate contains`
  if (/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code)) return `presents a certificate that is expired or not yet valid (${code}): renew it`
  if (!/CERT|SELF_SIGNED|CRL|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH/.test(code)) return undefined
  return `presents a certificate that is not trusted (${code}): name the file of its CA with ${trustSetting}`
}
