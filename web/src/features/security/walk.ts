/** The commands of SECURITY.md's walk that need no right to decide, as they stand there. */
export const walk = `api() { curl -sS --fail-with-body -H "Authorization: Bearer $KEY" "$@"; }
version=$URL/v1/servers/$SERVER/versions/$N

# 1. What it can do, in words. Without the header: as JSON, with every digest.
api -H 'Accept: text/plain' "$version/capabilities"

# 2. What runs, what it was made from, what the platform states of the build, and the keys that it states it with.
api -o component.wasm "$version/component"
api -o source.json "$version/source"
api -o attestation.json "$version/attestation"
api -o keys.json "$URL/.well-known/cloche-attestation-keys.json"

# 3. The same bytes, built again here: both lines begin with the same digest.
sha256sum component.wasm
cloche rebuild source.json

# 4. Signature, component, spec and source belong together. Needs no network.
cloche verify attestation.json --key keys.json --component component.wasm --source source.json

# 5. What it asks for that the active version does not.
api "$version/diff"
`;
