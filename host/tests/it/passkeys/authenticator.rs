//! An authenticator in software: it makes keys and signs challenges as Web Authentication Level 3 has it, and can be told to
//! do each thing wrong.

use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloche_domain::Sha256;
use serde_json::{Value, json};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// A key, for one account at one relying party.
struct Credential {
    id: Vec<u8>,
    key: EcdsaKeyPair,
    user: String,
}

/// One device, with its owner's browser.
pub struct Authenticator {
    credential: Option<Credential>,
    /// How often it has signed; 0 for one that does not count.
    pub counter: u32,
    pub counts: bool,
    /// Whether its owner gives a PIN, or a finger.
    pub verifies: bool,
    /// The page that asks.
    pub origin: String,
    pub relying_party: String,
    /// Whom it says that its key is of, if not whom it was made for.
    pub user: Option<String>,
    /// The type of ceremony that it says it takes part in.
    pub kind: Option<&'static str>,
}

impl Authenticator {
    pub fn new(relying_party: &str) -> Self {
        Self {
            credential: None,
            counter: 0,
            counts: true,
            verifies: true,
            origin: format!("https://{relying_party}"),
            relying_party: relying_party.to_owned(),
            user: None,
            kind: None,
        }
    }

    /// The id of its key.
    pub fn id(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.credential.as_ref().unwrap().id)
    }

    /// What `navigator.credentials.create` gives, as JSON.
    pub fn create(&mut self, options: &Value) -> Value {
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required", "it has to know whose it is");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        assert!(options["pubKeyCredParams"].as_array().unwrap().iter().any(|kind| kind["alg"] == -7), "ES256");
        let mut id = vec![0; 32];
        rand::fill(&mut id).unwrap();
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let point = key.public_key().as_ref().to_vec();
        let user = options["user"]["id"].as_str().unwrap().to_owned();
        self.credential = Some(Credential { id: id.clone(), key, user });
        let mut data = self.data(ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(id.len()).unwrap().to_be_bytes());
        data.extend(&id);
        // COSE_Key: EC2, ES256, P-256 (RFC 9053 §7.1).
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..]);
        let mut object = vec![0xa3];
        object.extend(b"\x63fmt\x64none\x67attStmt\xa0\x68authData\x59");
        object.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        object.extend(&data);
        let response = json!({
            "attestationObject": URL_SAFE_NO_PAD.encode(object),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(self.client_data("webauthn.create", options)),
            "transports": ["internal"],
        });
        self.answer(&response)
    }

    /// What `navigator.credentials.get` gives, as JSON.
    pub fn get(&mut self, options: &Value) -> Value {
        assert_eq!(options["userVerification"], "required");
        let data = self.data(0);
        let client_data = self.client_data("webauthn.get", options);
        let signed = [data.as_slice(), Sha256::of(&client_data).as_bytes()].concat();
        let credential = self.credential.as_ref().unwrap();
        let signature = credential.key.sign(&SystemRandom::new(), &signed).unwrap();
        let response = json!({
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
            "signature": URL_SAFE_NO_PAD.encode(signature.as_ref()),
            "userHandle": self.user.as_ref().unwrap_or(&credential.user),
        });
        self.answer(&response)
    }

    fn answer(&self, response: &Value) -> Value {
        let id = self.id();
        json!({"id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {}, "response": response,
            "authenticatorAttachment": "platform"})
    }

    /// §6.1
    fn data(&mut self, flags: u8) -> Vec<u8> {
        self.counter += u32::from(self.counts);
        let flags = flags | PRESENT | if self.verifies { VERIFIED } else { 0 };
        let mut data = Sha256::of(&self.relying_party).as_bytes().to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// §5.8.1
    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let kind = self.kind.unwrap_or(kind);
        json!({"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false})
            .to_string()
            .into_bytes()
    }
}
