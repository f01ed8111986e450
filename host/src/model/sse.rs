//! Server-sent events as they come: in chunks that may end anywhere, also within a character.

/// Bytes of one event. Both providers send pieces of a few hundred.
const EVENT_BYTES: usize = 1 << 20;

/// The stream is none of events.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Garbage {
    #[error("an event of more than {EVENT_BYTES} bytes")]
    TooLong,
    #[error("an event that is not UTF-8")]
    NotText,
}

/// Takes chunks in, gives the `data` of whole events out. Names, ids and comments are not needed: both protocols repeat
/// the kind of an event in its data.
#[derive(Default)]
pub(super) struct Events {
    bytes: Vec<u8>,
    /// Up to here `bytes` has been read.
    read: usize,
    data: Option<String>,
}

impl Events {
    pub(super) fn push(&mut self, chunk: &[u8]) {
        self.bytes.drain(..self.read);
        self.read = 0;
        self.bytes.extend_from_slice(chunk);
    }

    /// The next whole event's data.
    pub(super) fn next(&mut self) -> Result<Option<String>, Garbage> {
        loop {
            let rest = &self.bytes[self.read..];
            let Some(end) = rest.iter().position(|&b| b == b'\n') else {
                return if rest.len() > EVENT_BYTES { Err(Garbage::TooLong) } else { Ok(None) };
            };
            self.read += end + 1;
            let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
            if line.is_empty() {
                match self.data.take() {
                    Some(data) => return Ok(Some(data)),
                    None => continue,
                }
            }
            let Some(value) = line.strip_prefix(b"data:") else { continue };
            let value = str::from_utf8(value.strip_prefix(b" ").unwrap_or(value)).map_err(|_| Garbage::NotText)?;
            let data = self.data.get_or_insert_default();
            if !data.is_empty() {
                data.push('\n');
            }
            data.push_str(value);
            if data.len() > EVENT_BYTES {
                return Err(Garbage::TooLong);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(chunks: &[&[u8]]) -> Result<Vec<String>, Garbage> {
        let (mut events, mut found) = (Events::default(), vec![]);
        for chunk in chunks {
            events.push(chunk);
            while let Some(data) = events.next()? {
                found.push(data);
            }
        }
        Ok(found)
    }

    #[test]
    fn chunks_may_end_anywhere() {
        let stream =
            "event: a\r\nid: 7\r\ndata: {\"é\": \"漢🌱\"}\r\n\r\n: keep-alive\n\ndata:x\ndata: y\n\n\ndata: cut";
        let whole = events(&[stream.as_bytes()]).unwrap();
        assert_eq!(whole, ["{\"é\": \"漢🌱\"}", "x\ny"]);
        for at in 0..stream.len() {
            let (a, b) = stream.as_bytes().split_at(at);
            assert_eq!(events(&[a, b]).unwrap(), whole, "split at {at}");
        }
        let single: Vec<&[u8]> = stream.as_bytes().chunks(1).collect();
        assert_eq!(events(&single).unwrap(), whole);
    }

    #[test]
    fn what_is_no_event_stream_is_garbage() {
        assert_eq!(events(&[b"data: \xff\xfe\n\n"]), Err(Garbage::NotText));
        assert_eq!(events(&[&vec![b'x'; EVENT_BYTES + 1]]), Err(Garbage::TooLong));
        let lines = b"data: xxxxxxxxxxxxxxxx\n".repeat(EVENT_BYTES / 16);
        assert_eq!(events(&[&lines]), Err(Garbage::TooLong));
    }
}
