//! Lines for the server's owner. As functions, `log::info("done")`, and as macros, `log::info!("{n} done")`.

pub use crate::bindings::cloche::tool::log::Level;

/// Writes one line.
pub fn write(level: Level, message: impl AsRef<str>) {
    crate::bindings::cloche::tool::log::write(level, message.as_ref());
}

macro_rules! levels {
    ($($name:ident $level:ident $macro:ident),*) => {$(
        #[doc = concat!("Writes one line of level ", stringify!($name), ".")]
        pub fn $name(message: impl AsRef<str>) {
            write(Level::$level, message);
        }
        #[doc(inline)]
        pub use crate::$macro as $name;
    )*};
}
levels!(debug Debug log_debug, info Info log_info, warn Warn log_warn, error Error log_error);

/// Formats and writes a line of level debug.
#[doc(hidden)]
#[macro_export]
macro_rules! log_debug {
    ($($text:tt)*) => { $crate::log::debug($crate::private::format!($($text)*)) };
}
/// Formats and writes a line of level info.
#[doc(hidden)]
#[macro_export]
macro_rules! log_info {
    ($($text:tt)*) => { $crate::log::info($crate::private::format!($($text)*)) };
}
/// Formats and writes a line of level warn.
#[doc(hidden)]
#[macro_export]
macro_rules! log_warn {
    ($($text:tt)*) => { $crate::log::warn($crate::private::format!($($text)*)) };
}
/// Formats and writes a line of level error.
#[doc(hidden)]
#[macro_export]
macro_rules! log_error {
    ($($text:tt)*) => { $crate::log::error($crate::private::format!($($text)*)) };
}
