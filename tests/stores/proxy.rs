//! Stands before the server: counts requests, and answers in its place where there is a fault to be had.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What happens to a request.
#[derive(Clone)]
pub(crate) enum Fault {
    /// It is answered with this status and body.
    Answer(u16, String),
    /// The connection is closed without an answer.
    Reset,
    /// The answer's body ends in its middle.
    HalfBody,
    /// Something is done before it is passed on.
    Before(Arc<dyn Fn() + Send + Sync>),
}

/// A fault, and the requests that it befalls.
struct Rule {
    method: &'static str,
    /// What the target contains.
    target: String,
    times: usize,
    fault: Fault,
}

#[derive(Default)]
struct Shared {
    rules: Mutex<Vec<Rule>>,
    counts: Mutex<BTreeMap<String, usize>>,
    latency: Mutex<Duration>,
    closed: Mutex<bool>,
}

pub(crate) struct Proxy {
    pub(crate) port: u16,
    shared: Arc<Shared>,
}

impl Proxy {
    /// A proxy before the server at `port`.
    pub(crate) fn before(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Self {
            port: listener.local_addr().unwrap().port(),
            shared: Arc::default(),
        };
        let shared = Arc::clone(&proxy.shared);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, shared) = (client.unwrap(), Arc::clone(&shared));
                thread::spawn(move || _ = shared.serve(client, port));
            }
        });
        proxy
    }

    /// The next `times` requests with this method, whose target contains `target`, meet `fault`.
    pub(crate) fn fault(&self, method: &'static str, target: &str, times: usize, fault: Fault) {
        self.shared.rules.lock().unwrap().push(Rule {
            method,
            target: target.to_owned(),
            times,
            fault,
        });
    }

    /// Answers nothing any more.
    pub(crate) fn close(&self) {
        *self.shared.closed.lock().unwrap() = true;
    }

    /// How many requests there were since the last time, by their kind.
    pub(crate) fn take_counts(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut self.shared.counts.lock().unwrap())
    }
}

impl Shared {
    /// Serves one request: every answer closes its connection.
    fn serve(&self, mut client: TcpStream, port: u16) -> std::io::Result<()> {
        let mut reader = BufReader::new(client.try_clone()?);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head)? == 0 {
                return Ok(());
            }
        }
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse().unwrap())
        });
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body)?;
        let mut words = head.split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let kind = if target.contains("list-type") {
            "LIST"
        } else {
            method
        };
        *self
            .counts
            .lock()
            .unwrap()
            .entry(kind.to_owned())
            .or_default() += 1;
        thread::sleep(*self.latency.lock().unwrap());
        if *self.closed.lock().unwrap() {
            return client.shutdown(Shutdown::Both);
        }
        let fault = self.fault(kind, target);
        match &fault {
            Some(Fault::Answer(status, body)) => {
                let answer = format!(
                    "HTTP/1.1 {status} Fault\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                return client.write_all(answer.as_bytes());
            }
            Some(Fault::Reset) => return client.shutdown(Shutdown::Both),
            Some(Fault::Before(act)) => act(),
            Some(Fault::HalfBody) | None => {}
        }
        let mut server = TcpStream::connect(("127.0.0.1", port))?;
        server.write_all(
            head.replacen("\r\n", "\r\nConnection: close\r\n", 1)
                .as_bytes(),
        )?;
        server.write_all(&body)?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer)?;
        let end = match fault {
            Some(Fault::HalfBody) => answer.len() - answer.len() / 4,
            _ => answer.len(),
        };
        client.write_all(&answer[..end])
    }

    fn fault(&self, kind: &str, target: &str) -> Option<Fault> {
        let mut rules = self.rules.lock().unwrap();
        let rule = rules
            .iter_mut()
            .find(|rule| rule.times > 0 && rule.method == kind && target.contains(&rule.target))?;
        rule.times -= 1;
        Some(rule.fault.clone())
    }
}
