#!/usr/bin/env bash
# curl: sign in, read, change, sign out. The session is sent in a header: no cookie, and nothing to renew.
set -euo pipefail

url=${LATCHKEY_URL:-http://localhost:3000}
export LATCHKEY_USER=${LATCHKEY_USER:?is the username to sign in with}
if [ -z "${LATCHKEY_PASSWORD:-}" ]; then read -rsp "Password of $LATCHKEY_USER: " LATCHKEY_PASSWORD; echo >&2; fi
export LATCHKEY_PASSWORD

# Arguments are visible to all users of the machine: pass the password and the credential in files and pipes.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
call() { curl --silent --show-error --fail-with-body --header @"$folder/headers" "$@"; }
field() { python3 -c 'import functools, json, sys; print(functools.reduce(lambda value, name: value[name], sys.argv[1:], json.load(sys.stdin)))' "$@"; }

echo 'Content-Type: application/json' > "$folder/headers"
python3 -c 'import json, os; print(json.dumps({"username": os.environ["LATCHKEY_USER"], "password": os.environ["LATCHKEY_PASSWORD"], "delivery": "header"}))' |
  call "$url/access/login" --data @- > "$folder/signed-in"
echo "Authorization: Session $(field sessionCredential < "$folder/signed-in")" > "$folder/headers"

call "$url/access/session" > "$folder/session"
echo "Signed in as $(field user username < "$folder/session")."

# With If-Match, a concurrent change is refused (412) instead of overwritten.
version=$(call "$url/access/session/data" | field version)
call --request PATCH "$url/access/session/data" --header 'Content-Type: application/merge-patch+json' \
  --header "If-Match: \"$version\"" --data '{"seen": "by curl"}'
echo

call --request POST "$url/access/logout/$(field user id < "$folder/session")" > /dev/null
echo 'Signed out.'
