//! Paths that an upstream might read otherwise than we do.

/// How often an upstream may decode a path, one after the other of its parts.
const DECODED: usize = 4;

/// Whether a path is one of them: encoded slashes, dots and NULs, encoded again or in part
/// (`%2%65`); bytes that are no text but were taken for dots and slashes (`%c0%ae`); and dot segments with parameters
/// (`/..;/`), which some servers take for plain ones.
pub(super) fn is_ambiguous(path: &str) -> bool {
    let mut path = path.as_bytes().to_vec();
    for _ in 0..DECODED {
        let name = |segment: &[u8]| segment.split(|byte| *byte == b';').next().map(<[u8]>::to_vec);
        let is_dots = |segment: &[u8]| name(segment).is_some_and(|name| name == b"." || name == b"..");
        if path.split(|byte| *byte == b'/').any(is_dots) {
            return true;
        }
        let Some(decoded) = decoded(&path) else { return true };
        if decoded == path {
            return false;
        }
        path = decoded;
    }
    true
}

/// A path with its escapes decoded once; none where one stands for what belongs to the path's form.
fn decoded(path: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((first, after)) = rest.split_first() {
        let escape = after.get(..2).filter(|_| *first == b'%');
        let byte = escape.and_then(|digits| hex::decode(digits).ok()).and_then(|bytes| bytes.first().copied());
        if matches!(byte, Some(b'/' | b'.' | b'\\' | 0 | 0xc0 | 0xc1)) {
            return None;
        }
        decoded.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    Some(decoded)
}
