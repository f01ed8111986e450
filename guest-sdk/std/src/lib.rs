//! What a tool's code sees as `std`.
//!
//! What works in a tool is re-exported. What would compile and then trap, or silently do nothing, is marked deprecated
//! with a sentence that says what to use instead: rendered code forbids deprecated items, so it is a compile error.

#![expect(clippy::legacy_numeric_constants, reason = "tool code may look for `std::f64::consts`")]

pub use ::std::{
    any, array, ascii, borrow, boxed, cell, char, clone, cmp, collections, convert, default, error, f32, f64, ffi, fmt,
    future, hash, hint, i8, i16, i32, i64, i128, isize, iter, marker, mem, num, ops, option, panic, path, pin,
    primitive, ptr, rc, result, slice, str, string, sync, task, u8, u16, u32, u64, u128, usize, vec,
};
pub use ::std::{
    assert, assert_eq, assert_ne, debug_assert, debug_assert_eq, debug_assert_ne, format, matches, thread_local, todo,
    unimplemented, unreachable, write, writeln,
};

/// The names that are in scope without being asked for.
pub mod prelude {
    pub use ::std::prelude::*;
}

/// What every tool and helper module begins with.
pub mod tool_prelude {
    pub use crate::{eprint, eprintln, print, println};
    pub use ::cloche_sdk::prelude::*;
    pub use ::std::borrow::ToOwned;
    pub use ::std::boxed::Box;
    pub use ::std::string::{String, ToString};
    pub use ::std::vec::Vec;
    pub use ::std::{format, thread_local, vec};
}

/// `std::alloc`, as far as it is safe.
pub mod alloc {
    pub use ::std::alloc::{Layout, LayoutError};
}

/// Declares functions and types that no tool can use, and why. The functions are never compiled into anything.
macro_rules! refused {
    ($why:literal; $(fn $function:ident($($argument:ident),*) -> $result:ty;)* $(type $alias:ident = $real:ty;)*) => {
        $(
            #[doc = $why]
            #[deprecated = $why]
            pub fn $function<$($argument),*>($(_: $argument),*) -> $result {
                unreachable!()
            }
        )*
        $(
            #[doc = $why]
            #[deprecated = $why]
            pub type $alias = $real;
        )*
    };
}

/// `std::time` without its clocks.
pub mod time {
    pub use ::std::time::{Duration, TryFromFloatSecsError};
    refused! { "a tool has no such clock: use `time::now()` or `time::now_ms()` of the SDK";
        type Instant = ::std::time::Instant;
        type SystemTime = ::std::time::SystemTime;
    }
    /// a tool has no such clock
    #[deprecated = "a tool has no such clock: use `time::now_ms()` of the SDK, which counts from 1970"]
    pub const UNIX_EPOCH: ::std::time::SystemTime = ::std::time::UNIX_EPOCH;
}

/// `std::io` without the standard streams.
pub mod io {
    pub use ::std::io::*;
    refused! { "a tool has no standard streams: take an argument, return text, and write to the log by `println!`";
        fn stdin() -> Stdin;
        fn stdout() -> Stdout;
        fn stderr() -> Stderr;
        fn read_to_string(R) -> Result<::std::string::String>;
    }
}

/// `std::net` without its sockets.
pub mod net {
    pub use ::std::net::{AddrParseError, IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
    refused! { "a tool has no sockets: only HTTP goes out, by `http::get(url).send()?` of the SDK";
        type TcpStream = ::std::net::TcpStream;
        type TcpListener = ::std::net::TcpListener;
        type UdpSocket = ::std::net::UdpSocket;
    }
}

/// `std::fs`: refused.
pub mod fs {
    use ::std::io::Result;
    use ::std::string::String;
    use ::std::vec::Vec;
    refused! { "a tool has no files: take data as an argument, fetch it with `http::get`, keep it with `kv::set`";
        fn copy(P, Q) -> Result<u64>;
        fn create_dir(P) -> Result<()>;
        fn create_dir_all(P) -> Result<()>;
        fn exists(P) -> Result<bool>;
        fn metadata(P) -> Result<::std::fs::Metadata>;
        fn read(P) -> Result<Vec<u8>>;
        fn read_dir(P) -> Result<::std::fs::ReadDir>;
        fn read_to_string(P) -> Result<String>;
        fn remove_file(P) -> Result<()>;
        fn rename(P, Q) -> Result<()>;
        fn write(P, C) -> Result<()>;
        type File = ::std::fs::File;
        type OpenOptions = ::std::fs::OpenOptions;
    }
}

/// `std::env`: refused.
pub mod env {
    use ::std::path::PathBuf;
    refused! { "a tool has no environment: name a secret as `{KEY}` in a header or query value of a request";
        fn args() -> ::std::env::Args;
        fn current_dir() -> ::std::io::Result<PathBuf>;
        fn set_var(K, V) -> ();
        fn temp_dir() -> PathBuf;
        fn var(K) -> Result<::std::string::String, ::std::env::VarError>;
        fn var_os(K) -> Option<::std::ffi::OsString>;
        fn vars() -> ::std::env::Vars;
        type VarError = ::std::env::VarError;
    }
}

/// `std::process`: refused.
pub mod process {
    refused! { "a tool can neither start nor end a process: end with an error by `bail!(…)`";
        fn abort() -> !;
        fn exit(C) -> !;
        fn id() -> u32;
        type Command = ::std::process::Command;
        type ExitCode = ::std::process::ExitCode;
        type Stdio = ::std::process::Stdio;
    }
}

/// `std::thread`: refused, but for `thread_local!`'s keys.
pub mod thread {
    pub use ::std::thread::{AccessError, LocalKey};
    refused! { "a tool has one thread and cannot sleep: for several requests at once use `http::send_all` of the SDK";
        fn current() -> ::std::thread::Thread;
        fn scope(F) -> ();
        fn sleep(D) -> ();
        fn spawn(F) -> ::std::thread::JoinHandle<()>;
        fn yield_now() -> ();
        type Builder = ::std::thread::Builder;
    }
}

/// Writes a line of level info to the log.
#[macro_export]
macro_rules! println {
    ($($text:tt)*) => { $crate::log_line(&$crate::format!($($text)*)) };
}

/// Writes a line of level info to the log.
#[macro_export]
macro_rules! print {
    ($($text:tt)*) => { $crate::log_line(&$crate::format!($($text)*)) };
}

/// Writes a line of level info to the log.
#[macro_export]
macro_rules! eprintln {
    ($($text:tt)*) => { $crate::log_line(&$crate::format!($($text)*)) };
}

/// Writes a line of level info to the log.
#[macro_export]
macro_rules! eprint {
    ($($text:tt)*) => { $crate::log_line(&$crate::format!($($text)*)) };
}

#[doc(hidden)]
pub fn log_line(line: &str) {
    cloche_sdk::log::info(line.trim_end_matches('\n'));
}
