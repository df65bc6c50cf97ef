#!/usr/bin/env bash
# curl: sign in, read, change, sign out. The session is carried in a header, so there is no cookie and nothing to renew.
set -euo pipefail

url=${LATCHKEY_URL:-http://localhost:3000}
export LATCHKEY_USER=${LATCHKEY_USER:?names who signs in}
if [ -z "${LATCHKEY_PASSWORD:-}" ]; then read -rsp "Password of $LATCHKEY_USER: " LATCHKEY_PASSWORD; echo >&2; fi
export LATCHKEY_PASSWORD

# Neither the password nor the credential stands in an argument: every user of the machine can read those.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
call() { curl --silent --show-error --fail-with-body --header @"$folder/headers" "$@"; }
of() { python3 -c 'import functools, json, sys; print(functools.reduce(lambda value, name: value[name], sys.argv[1:], json.load(sys.stdin)))' "$@"; }

echo 'Content-Type: application/json' > "$folder/headers"
python3 -c 'import json, os; print(json.dumps({"username": os.environ["LATCHKEY_USER"], "password": os.environ["LATCHKEY_PASSWORD"], "delivery": "header"}))' |
  call "$url/access/login" --data @- > "$folder/signed-in"
echo "Authorization: Session $(of sessionCredential < "$folder/signed-in")" > "$folder/headers"

call "$url/access/session" > "$folder/session"
echo "Signed in as $(of user username < "$folder/session")."

# Two scripts at once: with If-Match, the second is told (412) instead of overwriting the first.
version=$(call "$url/access/session/data" | of version)
call --request PATCH "$url/access/session/data" --header 'Content-Type: application/merge-patch+json' \
  --header "If-Match: \"$version\"" --data '{"seen": "by curl"}'
echo

call --request POST "$url/access/logout/$(of user code < "$folder/session")" > /dev/null
echo 'Signed out.'
