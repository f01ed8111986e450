//! Ways to sign in.

use crate::words::states;

states! {
    /// What a browser has begun, to be ended once.
    Ceremony {
        /// Signing in, or connecting, at a provider.
        Provider = "provider",
        /// Signing in with a passkey.
        Passkey = "passkey",
        /// Adding a passkey.
        NewPasskey = "new_passkey",
    }
}
