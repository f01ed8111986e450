//! A name server whose answers a test chooses. The host's attacks use this file too.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::net::UdpSocket;
use tokio_util::task::AbortOnDropHandle;

pub struct NameServer {
    pub at: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    _task: AbortOnDropHandle<()>,
}

impl NameServer {
    /// Answers the n-th question for the IPv4 addresses of any name (and those for IPv6 between them) with the n-th list,
    /// and the last one from then on.
    pub async fn new(answers: &[&[&str]]) -> Self {
        let answers: Vec<Vec<IpAddr>> =
            answers.iter().map(|list| list.iter().map(|a| a.parse().unwrap()).collect()).collect();
        Self::answering(move |_, turn| answers[turn.min(answers.len() - 1)].clone()).await
    }

    /// Answers by a name, and how often its IPv4 addresses were asked for before.
    pub async fn answering(answer: impl Fn(&str, usize) -> Vec<IpAddr> + Send + 'static) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let at = socket.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let log = asked.clone();
        let task = tokio::spawn(async move {
            let mut buffer = [0; 512];
            let mut turns = HashMap::<String, usize>::new();
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let (name, kind, end) = question(&buffer[..length]);
                let next = turns.entry(name.clone()).or_default();
                let turn = if kind == 1 {
                    *next += 1;
                    log.lock().unwrap().push(name.clone());
                    *next - 1
                } else {
                    (*next).max(1) - 1
                };
                let answer = reply(&buffer[..end], kind, &answer(&name, turn));
                let _ = socket.send_to(&answer, from).await;
            }
        });
        Self { at, asked, _task: AbortOnDropHandle::new(task) }
    }

    /// How often IPv4 addresses were asked for.
    pub fn questions(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// The name asked for, the record type, and where the question ends (RFC 1035 §4.1.2).
fn question(message: &[u8]) -> (String, u16, usize) {
    let (mut at, mut labels) = (12, Vec::new());
    while message[at] != 0 {
        let end = at + 1 + usize::from(message[at]);
        labels.push(String::from_utf8_lossy(&message[at + 1..end]).into_owned());
        at = end;
    }
    (labels.join("."), u16::from_be_bytes([message[at + 1], message[at + 2]]), at + 5)
}

fn reply(question: &[u8], kind: u16, addresses: &[IpAddr]) -> Vec<u8> {
    let records: Vec<Vec<u8>> = addresses
        .iter()
        .filter_map(|address| match (address, kind) {
            (IpAddr::V4(v4), 1) => Some(v4.octets().to_vec()),
            (IpAddr::V6(v6), 28) => Some(v6.octets().to_vec()),
            _ => None,
        })
        .collect();
    let mut message = question.to_vec();
    message[2..12].copy_from_slice(&[0x81, 0x80, 0, 1, 0, u8::try_from(records.len()).unwrap(), 0, 0, 0, 0]);
    for data in records {
        message.extend([
            0xc0,
            12,
            0,
            u8::try_from(kind).unwrap(),
            0,
            1,
            0,
            0,
            0,
            60,
            0,
            u8::try_from(data.len()).unwrap(),
        ]);
        message.extend(data);
    }
    message
}
