//! A request by `wasi:http`, as its bindings have it.

use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{Fields, IncomingBody, Method, OutgoingBody, OutgoingRequest, Scheme};

/// Begins requests that are never finished, and writes into the body of each: how many MiB were taken in all, until one
/// was refused.
pub fn hoard(url: &str, requests: u64, mebibytes: u64) -> Result<String, String> {
    let (scheme, rest) = url.split_once("://").ok_or("no URL")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (mut taken, mut kept) = (0, Vec::new());
    for _ in 0..requests {
        let request = OutgoingRequest::new(Fields::new());
        let scheme = if scheme == "http" { Scheme::Http } else { Scheme::Https };
        request.set_method(&Method::Post).map_err(|()| "method")?;
        request.set_scheme(Some(&scheme)).map_err(|()| "scheme")?;
        request.set_authority(Some(authority)).map_err(|()| "authority")?;
        request.set_path_with_query(Some(path)).map_err(|()| "path")?;
        let body = request.body().map_err(|()| "body")?;
        let future = handle(request, None).map_err(|e| format!("{e:?}"))?;
        let stream = body.write().map_err(|()| "stream")?;
        for _ in 0..mebibytes * 256 {
            if stream.blocking_write_and_flush(&[b'x'; 4096]).is_err() {
                return Ok(format!("{} MiB", taken / 256));
            }
            taken += 1;
        }
        kept.push((stream, body, future));
    }
    Ok(format!("{} MiB", taken / 256))
}

/// Begins a request, and never asks for its answer.
pub fn leave(url: &str) -> Result<(), String> {
    let (scheme, rest) = url.split_once("://").ok_or("no URL")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let request = OutgoingRequest::new(Fields::new());
    let scheme = if scheme == "http" { Scheme::Http } else { Scheme::Https };
    request.set_scheme(Some(&scheme)).map_err(|()| "scheme")?;
    request.set_authority(Some(authority)).map_err(|()| "authority")?;
    request.set_path_with_query(Some(path)).map_err(|()| "path")?;
    let body = request.body().map_err(|()| "body")?;
    let future = handle(request, None).map_err(|e| format!("{e:?}"))?;
    OutgoingBody::finish(body, None).map_err(|e| format!("{e:?}"))?;
    std::mem::forget(future);
    Ok(())
}

/// Headers with a value of so many bytes.
pub fn fields(bytes: u64) -> Result<String, String> {
    let value = vec![b'x'; usize::try_from(bytes).map_err(|e| e.to_string())?];
    Fields::new().append("x", &value).map_err(|e| format!("{e:?}"))?;
    Ok(value.len().to_string())
}

/// Status and body of the answer.
pub fn fetch(url: &str, body: Option<&[u8]>, headers: &[(&str, &str)]) -> Result<String, String> {
    let (scheme, rest) = url.split_once("://").ok_or("no URL")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let fields = Fields::new();
    for (name, value) in headers {
        fields.append(name, value.as_bytes()).map_err(|e| format!("{e:?}"))?;
    }
    let request = OutgoingRequest::new(fields);
    let method = if body.is_some() { Method::Post } else { Method::Get };
    let scheme = if scheme == "http" { Scheme::Http } else { Scheme::Https };
    request.set_method(&method).map_err(|()| "method")?;
    request.set_scheme(Some(&scheme)).map_err(|()| "scheme")?;
    request.set_authority(Some(authority)).map_err(|()| "authority")?;
    request.set_path_with_query(Some(path)).map_err(|()| "path")?;
    let outgoing = request.body().map_err(|()| "body")?;
    let future = handle(request, None).map_err(|e| format!("{e:?}"))?;
    if let Some(bytes) = body {
        let stream = outgoing.write().map_err(|()| "stream")?;
        for chunk in bytes.chunks(4096) {
            stream.blocking_write_and_flush(chunk).map_err(|e| format!("{e:?}"))?;
        }
    }
    OutgoingBody::finish(outgoing, None).map_err(|e| format!("{e:?}"))?;
    future.subscribe().block();
    let answer = future.get().ok_or("no answer")?.map_err(|()| "twice")?.map_err(|e| format!("{e:?}"))?;
    let (status, incoming) = (answer.status(), answer.consume().map_err(|()| "consumed")?);
    let text = read(&incoming)?;
    Ok(format!("{status} {text}"))
}

fn read(body: &IncomingBody) -> Result<String, String> {
    let stream = body.stream().map_err(|()| "stream")?;
    let mut whole = Vec::new();
    while let Ok(piece) = stream.blocking_read(64 << 10) {
        whole.extend(piece);
    }
    Ok(String::from_utf8_lossy(&whole).into_owned())
}
