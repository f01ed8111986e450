//! A tool server built for WASI 0.2 with the standard library, as someone would who has never heard of the Cloche SDK; and
//! what a hostile one would try.

mod http;

wit_bindgen::generate!({ path: "../../../../wit", world: "tool-server" });

use std::net::{TcpStream, ToSocketAddrs as _, UdpSocket};
use std::time::{Duration, Instant, SystemTime};

use exports::cloche::tool::tools::{Content, Guest, Output};

struct Server;

export!(Server);

impl Guest for Server {
    fn call(name: String, arguments: String) -> Result<Output, String> {
        println!("{name} is called");
        let text = run(&name, &arguments)?;
        Ok(Output { content: vec![Content::Text(text)], structured: None })
    }
}

fn run(name: &str, arguments: &str) -> Result<String, String> {
    let argument = |key: &str| {
        let (_, rest) = arguments.split_once(&format!("\"{key}\":\""))?;
        Some(rest.split('"').next().unwrap_or_default().to_owned())
    };
    let number = |key: &str| argument(key)?.parse::<u64>().ok();
    let url = || argument("url").ok_or("say which url");
    Ok(match name {
        "greet" => format!("Hello, {}!", argument("name").unwrap_or_default()),
        "print" => {
            println!("to the log");
            eprint!("to the log as well");
            "printed".to_owned()
        }
        "flood" => {
            (0..100_000).for_each(|line| println!("line {line} of many, all of them long enough to fill a log"));
            "printed".to_owned()
        }
        "time" => {
            let began = Instant::now();
            std::thread::sleep(Duration::from_millis(50));
            let slept = began.elapsed().as_millis();
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_err(|e| e.to_string())?;
            format!("{} {slept}", now.as_secs())
        }
        "random" => format!("{} {}", random(), random()),
        "sleep" => {
            std::thread::sleep(Duration::from_secs(3_600));
            "slept".to_owned()
        }
        "spin" => {
            let mut n = 0_u64;
            while std::hint::black_box(n) < u64::MAX {
                n += 1;
            }
            n.to_string()
        }
        "tick" => loop {
            std::hint::black_box(Instant::now());
        },
        "memory" => {
            let mut hoard = Vec::new();
            loop {
                hoard.push(std::hint::black_box(vec![1_u8; 1 << 20]));
            }
        }
        "resources" => {
            let count = number("count").unwrap_or(100_000);
            let timers: Vec<_> =
                (0..count).map(|_| wasip2::clocks::monotonic_clock::subscribe_duration(1 << 60)).collect();
            timers.len().to_string()
        }
        "poll" => {
            let timer = wasip2::clocks::monotonic_clock::subscribe_duration(0);
            let many: Vec<_> = (0..number("count").unwrap_or(0)).map(|_| &timer).collect();
            wasip2::io::poll::poll(&many).len().to_string()
        }
        "draw" => wasip2::random::random::get_random_bytes(number("count").unwrap_or(0)).len().to_string(),
        "fields" => http::fields(number("count").unwrap_or(0))?,
        "exit" => std::process::exit(7),
        "panic" => panic!("as it was asked to"),
        "environment" => format!("{:?} {:?}", std::env::vars().collect::<Vec<_>>(), std::env::args().collect::<Vec<_>>()),
        "read" => {
            let path = argument("path").ok_or("say which path")?;
            let preopens = wasip2::filesystem::preopens::get_directories().len();
            let read = std::fs::read_to_string(path).map_err(|e| e.to_string());
            format!("{preopens} directories; {read:?}")
        }
        "connect" => {
            let to = argument("to").ok_or("say where to")?;
            let stream = TcpStream::connect(&to).map(drop).map_err(|e| e.to_string());
            let name = to.to_socket_addrs().map(|found| found.count()).map_err(|e| e.to_string());
            let resolved = ("localhost", 80).to_socket_addrs().map(|found| found.count()).map_err(|e| e.to_string());
            let bound = UdpSocket::bind("0.0.0.0:0").map(drop).map_err(|e| e.to_string());
            format!("tcp {stream:?}; address {name:?}; name {resolved:?}; udp {bound:?}")
        }
        "fetch" => http::fetch(&url()?, None, &[("authorization", "Bearer {TOKEN}")])?,
        "scan" => {
            let answer = http::fetch(&url()?, None, &[("authorization", "Bearer {TOKEN}")])?;
            let needles = argument("name").ok_or("say what to look for, backwards, with commas between")?;
            let found: Vec<_> = needles.split(',').map(|needle| occurrences(needle).to_string()).collect();
            format!("{} of {} bytes; {answer}", found.join(" "), core::arch::wasm32::memory_size(0) << 16)
        }
        "leave" => {
            http::leave(&url()?)?;
            std::thread::sleep(Duration::from_millis(300));
            "left".to_owned()
        }
        "send" => http::fetch(&url()?, Some(&vec![b'x'; 4 << 20]), &[])?,
        "hoard" => http::hoard(&url()?, number("count").unwrap_or(10), 7)?,
        "long" => http::hoard(&url()?, 1, 20)?,
        "many" => {
            let url = url()?;
            let answers: Vec<_> = (0..60).map(|_| http::fetch(&url, None, &[])).collect();
            let failed = answers.iter().find_map(|answer| answer.as_ref().err());
            format!("{} of {}: {failed:?}", answers.iter().filter(|a| a.is_ok()).count(), answers.len())
        }
        other => return Err(format!("there is no tool {other}")),
    })
}

/// From the standard library's own seed, which is WASI's random.
fn random() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(1)
}

/// How often a text stands in this guest's whole memory, given backwards, lest it be found where it was given.
fn occurrences(backwards: &str) -> usize {
    let backwards = backwards.as_bytes();
    let end = core::arch::wasm32::memory_size(0) << 16;
    let byte = |at: usize| {
        // SAFETY: all bytes below the memory's size can be read, and nothing writes meanwhile: there is one thread.
        unsafe { core::ptr::with_exposed_provenance::<u8>(at).read_volatile() }
    };
    let stands = |at: &usize| backwards.iter().rev().enumerate().all(|(i, wanted)| byte(at + i) == *wanted);
    // Nothing is read at the null address.
    (1..end - backwards.len()).filter(stands).count()
}
