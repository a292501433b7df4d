//! Stands before the server: counts requests, and answers in its place where there is a fault to be had.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What happens to a request.
#[derive(Clone)]
pub(crate) enum Fault {
    /// It is answered with this status and body.
    Answer(u16, String),
    /// The connection is closed without an answer.
    Reset,
    /// The answer's body ends in its middle.
    HalfBody,
    /// The answer's body is shorter than the object, and its length says the same.
    Short,
    /// The answer's body is longer than the object, by a terabyte as its length says.
    Long,
    /// Nothing is answered, and the connection stays.
    Silence,
    /// Half of the request's body gets to the server, and no answer to the client.
    HalfRequest,
    /// A header of the answer has another value.
    Header(&'static str, String),
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
    tokens: Mutex<BTreeSet<String>>,
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

    /// How many faults have not befallen a request yet.
    pub(crate) fn open_faults(&self) -> usize {
        let rules = self.shared.rules.lock().unwrap();
        rules.iter().map(|rule| rule.times).sum()
    }

    /// Forgets all faults.
    pub(crate) fn heal(&self) {
        self.shared.rules.lock().unwrap().clear();
    }

    /// What switches it off.
    pub(crate) fn switch(&self) -> Switch {
        Switch(Arc::clone(&self.shared))
    }

    /// The session tokens that there were in requests.
    pub(crate) fn tokens(&self) -> BTreeSet<String> {
        self.shared.tokens.lock().unwrap().clone()
    }

    /// How many requests there were since the last time, by their kind.
    pub(crate) fn take_counts(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut self.shared.counts.lock().unwrap())
    }
}

/// Switches a proxy off.
pub(crate) struct Switch(Arc<Shared>);

impl Switch {
    /// From now on nothing is answered.
    pub(crate) fn close(&self) {
        *self.0.closed.lock().unwrap() = true;
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
        let header = |wanted: &str| {
            head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case(wanted)
                    .then(|| value.trim().to_owned())
            })
        };
        let length = header("content-length").map(|length| length.parse().unwrap());
        if let Some(token) = header("x-amz-security-token") {
            self.tokens.lock().unwrap().insert(token);
        }
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body)?;
        let mut words = head.split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let is_listing = target.contains("list-type=") || target.contains("comp=list");
        let kind = if is_listing { "LIST" } else { method };
        *self
            .counts
            .lock()
            .unwrap()
            .entry(kind.to_owned())
            .or_default() += 1;
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
            Some(Fault::Silence) => {
                // Until the client has had enough of it.
                let _ = reader.read(&mut [0]);
                return Ok(());
            }
            Some(Fault::Before(act)) => act(),
            Some(Fault::HalfRequest) => {
                let mut server = TcpStream::connect(("127.0.0.1", port))?;
                server.write_all(head.as_bytes())?;
                server.write_all(&body[..body.len() / 2])?;
                server.shutdown(Shutdown::Both)?;
                return client.shutdown(Shutdown::Both);
            }
            Some(Fault::HalfBody | Fault::Short | Fault::Long | Fault::Header(..)) | None => {}
        }
        let mut server = TcpStream::connect(("127.0.0.1", port))?;
        server.write_all(
            head.replacen("\r\n", "\r\nConnection: close\r\n", 1)
                .as_bytes(),
        )?;
        server.write_all(&body)?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer)?;
        let mut more = 0;
        match fault {
            Some(Fault::HalfBody) => answer.truncate(answer.len() - answer.len() / 4),
            Some(Fault::Short) => {
                let (head, body) = parts(&answer);
                let half = &body[..body.len() / 2];
                let head = with_header(head, "content-length", &half.len().to_string());
                answer = [head.as_bytes(), half].concat();
            }
            Some(Fault::Long) => {
                let (head, body) = parts(&answer);
                let head = with_header(head, "content-length", &(1_u64 << 40).to_string());
                answer = [head.as_bytes(), body].concat();
                // For whoever reads that much, the connection ends too soon.
                more = 64 << 20;
            }
            Some(Fault::Header(name, value)) => {
                let (head, body) = parts(&answer);
                answer = [with_header(head, name, &value).as_bytes(), body].concat();
            }
            _ => {}
        }
        client.write_all(&answer)?;
        std::io::copy(&mut std::io::repeat(0).take(more), &mut client)?;
        Ok(())
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

/// An answer's head, with the empty line, and its body.
fn parts(answer: &[u8]) -> (&str, &[u8]) {
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let (head, body) = answer.split_at(end.unwrap() + 4);
    (str::from_utf8(head).unwrap(), body)
}

/// `head` with another value of one of its headers.
fn with_header(head: &str, name: &str, value: &str) -> String {
    let lines = head.split_inclusive("\r\n").map(|line| {
        let is_it = line
            .split_once(':')
            .is_some_and(|(it, _)| it.eq_ignore_ascii_case(name));
        if is_it {
            format!("{name}: {value}\r\n")
        } else {
            line.to_owned()
        }
    });
    lines.collect()
}
