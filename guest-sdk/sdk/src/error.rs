use std::error::Error as StdError;
use std::fmt;

/// Why a tool has no result: a text for the model that called it. Say what failed, on which input, and what to do.
///
/// Every `std::error::Error` becomes one by `?`.
pub struct Error(Box<str>);

/// What a tool returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error with this text.
    pub fn msg(text: impl fmt::Display) -> Self {
        Self(text.to_string().into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: StdError> From<E> for Error {
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        Self(text.into())
    }
}

/// Puts words before an error, or in place of a missing value.
///
/// ```
/// use cloche_sdk::prelude::*;
///
/// fn port(text: &str) -> Result<u16> {
///     let (_, port) = text.rsplit_once(':').context("has no port")?;
///     port.parse::<u16>().context("the port is no number")
/// }
/// assert_eq!(port("a").unwrap_err().to_string(), "has no port");
/// assert_eq!(port("a:b").unwrap_err().to_string(), "the port is no number: invalid digit found in string");
/// ```
pub trait Context<T> {
    /// With these words.
    fn context(self, words: impl fmt::Display) -> Result<T>;

    /// With words that are only made when they are needed.
    fn with_context<W: fmt::Display>(self, words: impl FnOnce() -> W) -> Result<T>;
}

impl<T, E: Into<Error>> Context<T> for Result<T, E> {
    fn context(self, words: impl fmt::Display) -> Result<T> {
        self.map_err(|e| Error::msg(format_args!("{words}: {}", e.into())))
    }

    fn with_context<W: fmt::Display>(self, words: impl FnOnce() -> W) -> Result<T> {
        self.map_err(|e| Error::msg(format_args!("{}: {}", words(), e.into())))
    }
}

impl<T> Context<T> for Option<T> {
    fn context(self, words: impl fmt::Display) -> Result<T> {
        self.ok_or_else(|| Error::msg(words))
    }

    fn with_context<W: fmt::Display>(self, words: impl FnOnce() -> W) -> Result<T> {
        self.ok_or_else(|| Error::msg(words()))
    }
}

/// An [`Error`](crate::Error) with a formatted text: `.ok_or_else(|| err!("no page {id}"))?`.
#[macro_export]
macro_rules! err {
    ($($text:tt)*) => { $crate::Error::msg($crate::private::format!($($text)*)) };
}

/// Ends the tool with an error: `bail!("no page {id}")`.
#[macro_export]
macro_rules! bail {
    ($($text:tt)*) => { return ::core::result::Result::Err($crate::err!($($text)*)) };
}

/// Ends the tool with an error unless the condition holds: `ensure!(n > 0, "n must be positive, not {n}")`.
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $($text:tt)*) => { if !$condition { $crate::bail!($($text)*) } };
}
