use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256, Sha512};

let text = args.text.as_bytes();
Ok(match (args.algorithm, &args.key) {
    (ArgsAlgorithm::Sha256, None) => hex::encode(Sha256::digest(text)),
    (ArgsAlgorithm::Sha512, None) => hex::encode(Sha512::digest(text)),
    (ArgsAlgorithm::Sha256, Some(key)) => {
        let mac = <Hmac<Sha256> as Mac>::new_from_slice(key.as_bytes())?;
        hex::encode(mac.chain_update(text).finalize().into_bytes())
    }
    (ArgsAlgorithm::Sha512, Some(key)) => {
        let mac = <Hmac<Sha512> as Mac>::new_from_slice(key.as_bytes())?;
        hex::encode(mac.chain_update(text).finalize().into_bytes())
    }
})
