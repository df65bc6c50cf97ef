"""Verifies a token with the given library, as in its documentation. Only the issuer is known."""

import json
import sys
import urllib.request

LIBRARY, ISSUER, ALGORITHM, TOKEN = sys.argv[1:]


def load(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return json.load(response)


metadata = load(f"{ISSUER}/.well-known/oauth-authorization-server")
assert metadata["issuer"] == ISSUER
assert ALGORITHM in metadata["access_token_signing_alg_values_supported"]


def with_pyjwt():
    import jwt

    key = jwt.PyJWKClient(metadata["jwks_uri"]).get_signing_key_from_jwt(TOKEN)
    return jwt.decode(TOKEN, key.key, algorithms=[ALGORITHM], issuer=ISSUER, audience=ISSUER, leeway=60)


def with_authlib():
    from authlib.jose import JsonWebKey, JsonWebToken

    keys = JsonWebKey.import_key_set(load(metadata["jwks_uri"]))
    options = {"iss": {"essential": True, "value": ISSUER}, "aud": {"essential": True, "value": ISSUER}}
    claims = JsonWebToken([ALGORITHM]).decode(TOKEN, keys, claims_options=options)
    claims.validate(leeway=60)
    return claims


def with_python_jose():
    from jose import jwt

    return jwt.decode(TOKEN, load(metadata["jwks_uri"]), algorithms=[ALGORITHM], issuer=ISSUER, audience=ISSUER)


claims = {"PyJWT": with_pyjwt, "Authlib": with_authlib, "python-jose": with_python_jose}[LIBRARY]()
print(json.dumps({"sub": claims["sub"], "sid": claims["sid"]}))
