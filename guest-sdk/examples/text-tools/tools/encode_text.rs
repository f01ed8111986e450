use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

let text = args.text.as_bytes();
if !args.decode {
    return Ok(match args.format {
        ArgsFormat::Base64 => STANDARD.encode(text),
        ArgsFormat::Base64url => URL_SAFE_NO_PAD.encode(text),
        ArgsFormat::Hex => hex::encode(text),
        ArgsFormat::Url => http::encode(&args.text),
    });
}
let text = args.text.trim();
let bytes = match args.format {
    ArgsFormat::Base64 => STANDARD.decode(text).context("this is no base64")?,
    ArgsFormat::Base64url => URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).context("this is no base64url")?,
    ArgsFormat::Hex => hex::decode(text).context("this is no hex")?,
    ArgsFormat::Url => percent_encoding::percent_decode_str(text).collect(),
};
String::from_utf8(bytes).context("what is encoded here is no text")
