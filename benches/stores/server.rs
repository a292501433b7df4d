//! A small server of S3, which does nothing but what a run asks for, and takes little of the processor: what another
//! machine would take. Its objects are in memory, or are made up as they are listed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::halves::{Half, stay_on};

/// The only bucket.
pub(crate) const BUCKET: &str = "shop";

const DATE: &str = "Thu, 26 Nov 2026 05:00:00 GMT";

/// So many bytes of a body are sent with the headers.
const FIRST_WRITE: usize = 64 << 10;

/// An object.
#[derive(Clone)]
struct Object {
    bytes: Arc<[u8]>,
    etag: String,
    stamp: Option<String>,
}

/// Many objects that are nowhere, below a prefix.
pub(crate) struct Tree {
    pub(crate) prefix: &'static str,
    pub(crate) count: u64,
}

impl Tree {
    /// The key of number `number` below the prefix; they are in order.
    pub(crate) fn key_below(&self, number: u64) -> String {
        let folder = number / (self.count / 1000).max(1);
        format!("{folder:04}/{number:08}.jpg")
    }

    fn key(&self, number: u64) -> String {
        format!("{}/{}", self.prefix, self.key_below(number))
    }

    /// The entity tag of number `number`, without quotes.
    pub(crate) fn etag(&self, number: u64) -> String {
        format!("{}-{number}", self.prefix)
    }

    pub(crate) fn length(number: u64) -> u64 {
        1000 + number
    }

    /// The number of the first key that is not before `key`; mostly that is `hint`.
    fn lower_bound(&self, key: &str, hint: u64) -> u64 {
        let is_before = |number| number < self.count && *self.key(number) < *key;
        if hint <= self.count && !is_before(hint) && (hint == 0 || is_before(hint - 1)) {
            return hint;
        }
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            if is_before(middle) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

struct Listed {
    key: String,
    etag: String,
    length: u64,
}

#[derive(Default)]
struct Shared {
    objects: Mutex<BTreeMap<String, Object>>,
    trees: Vec<Tree>,
    latency: Duration,
    counts: Mutex<BTreeMap<&'static str, u64>>,
    writes: AtomicU64,
}

/// A server that is there as long as the process.
pub(crate) struct Server {
    pub(crate) port: u16,
    shared: Arc<Shared>,
}

impl Server {
    /// One that answers each request after `latency`.
    pub(crate) fn new(latency: Duration, trees: Vec<Tree>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("no port to be had");
        let server = Self {
            port: listener.local_addr().expect("a port").port(),
            shared: Arc::new(Shared {
                latency,
                trees,
                ..Shared::default()
            }),
        };
        let shared = Arc::clone(&server.shared);
        thread::spawn(move || {
            stay_on(Half::Servers);
            for client in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.serve(&client));
            }
        });
        server
    }

    pub(crate) fn put(&self, key: &str, bytes: Arc<[u8]>) {
        self.shared.put(key, bytes, None);
    }

    /// How many objects there are below `prefix`.
    pub(crate) fn count_below(&self, prefix: &str) -> usize {
        let objects = self.shared.objects.lock().unwrap();
        let below = objects.keys().filter(|key| key.starts_with(prefix));
        below.count()
    }

    /// How many requests there were since the last time, by their kind.
    pub(crate) fn take_counts(&self) -> BTreeMap<&'static str, u64> {
        std::mem::take(&mut self.shared.counts.lock().unwrap())
    }
}

/// A request.
struct Request {
    method: String,
    key: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// What `text` is without its percent signs.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        let hex = others.get(..2).filter(|_| *first == b'%');
        let hex = hex.and_then(|hex| u8::from_str_radix(str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(hex.unwrap_or(*first));
        rest = if hex.is_some() { &others[2..] } else { others };
    }
    String::from_utf8(bytes).expect("a key in UTF-8")
}

impl Request {
    /// The next one on a connection; nothing if that has ended.
    fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split(' ');
        let method = words.next().unwrap_or_default().to_owned();
        let target = words.next().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let key = path.trim_start_matches('/').strip_prefix(BUCKET);
        let key = decoded(key.unwrap_or_default().trim_start_matches('/'));
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let query = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), decoded(&value.replace('+', " ")))
        });
        let query = query.collect();
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) => {
                    headers.insert(name.to_ascii_lowercase(), value.trim().to_owned())
                }
                None => break,
            };
        }
        let length = headers.get("content-length");
        let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        Ok(Some(Self {
            method,
            key,
            query,
            headers,
            body,
        }))
    }

    fn kind(&self) -> &'static str {
        match self.method.as_str() {
            "GET" if self.query.contains_key("list-type") => "LIST",
            "GET" => "GET",
            "HEAD" => "HEAD",
            "PUT" => "PUT",
            _ => "DELETE",
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

impl Shared {
    fn serve(&self, client: &TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        let mut reader = BufReader::new(client);
        while let Some(request) = Request::read(&mut reader)? {
            *self
                .counts
                .lock()
                .unwrap()
                .entry(request.kind())
                .or_default() += 1;
            thread::sleep(self.latency);
            match request.kind() {
                "LIST" => answer(client, 200, "", self.list(&request).as_bytes())?,
                "PUT" => self.answer_put(client, request)?,
                "DELETE" => {
                    let body = String::from_utf8_lossy(&request.body);
                    for part in body.split("<Key>").skip(1) {
                        let key = part.split('<').next().unwrap_or_default();
                        self.objects.lock().unwrap().remove(key);
                    }
                    answer(client, 200, "", b"<DeleteResult></DeleteResult>")?;
                }
                _ => self.answer_get(client, &request)?,
            }
        }
        Ok(())
    }

    fn put(&self, key: &str, bytes: Arc<[u8]>, stamp: Option<String>) -> String {
        let number = self.writes.fetch_add(1, Ordering::Relaxed);
        let etag = format!("\"{number:032x}\"");
        let object = Object {
            bytes,
            etag: etag.clone(),
            stamp,
        };
        self.objects.lock().unwrap().insert(key.to_owned(), object);
        etag
    }

    fn answer_put(&self, client: &TcpStream, request: Request) -> io::Result<()> {
        let there = self.objects.lock().unwrap().get(&request.key).cloned();
        let etag = there.map(|there| there.etag);
        let refused = match (request.header("if-none-match"), request.header("if-match")) {
            (Some(_), _) => etag.is_some(),
            (_, Some(wanted)) => etag.as_deref() != Some(wanted),
            _ => false,
        };
        if refused {
            return answer(
                client,
                412,
                "",
                b"<Error><Code>PreconditionFailed</Code></Error>",
            );
        }
        let stamp = request.header("x-amz-meta-thumbgen").map(str::to_owned);
        let etag = self.put(&request.key, request.body.into(), stamp);
        answer(client, 200, &format!("ETag: {etag}\r\n"), b"")
    }

    fn answer_get(&self, mut client: &TcpStream, request: &Request) -> io::Result<()> {
        let Some(object) = self.objects.lock().unwrap().get(&request.key).cloned() else {
            return answer(client, 404, "", b"<Error><Code>NoSuchKey</Code></Error>");
        };
        if request
            .header("if-match")
            .is_some_and(|wanted| wanted != object.etag)
        {
            return answer(
                client,
                412,
                "",
                b"<Error><Code>PreconditionFailed</Code></Error>",
            );
        }
        let all = object.bytes.len();
        let range = request.header("range").and_then(|range| {
            let (begin, end) = range.strip_prefix("bytes=")?.split_once('-')?;
            let end: usize = end.parse().ok()?;
            Some((begin.parse().ok()?, all.min(end + 1)))
        });
        let (status, (begin, end)) = match range {
            Some(range) => (206, range),
            None => (200, (0, all)),
        };
        let mut head = format!(
            "HTTP/1.1 {status} OK\r\nContent-Length: {}\r\nLast-Modified: {DATE}\r\nETag: {}\r\n",
            end - begin,
            object.etag
        );
        if status == 206 {
            let _ = write!(head, "Content-Range: bytes {begin}-{}/{all}\r\n", end - 1);
        }
        if let Some(stamp) = &object.stamp {
            let _ = write!(head, "x-amz-meta-thumbgen: {stamp}\r\n");
        }
        head.push_str("\r\n");
        if request.method == "HEAD" {
            return client.write_all(head.as_bytes());
        }
        // Headers and what fits beside them go out together, as they do from real servers: a client is not woken twice.
        let (first, rest) = object.bytes[begin..end].split_at(FIRST_WRITE.min(end - begin));
        client.write_all(&[head.as_bytes(), first].concat())?;
        client.write_all(rest)
    }

    /// The first object whose key is not before `from`.
    fn next(&self, from: &str, hints: &mut [u64]) -> Option<Listed> {
        let objects = self.objects.lock().unwrap();
        let stored = objects.range(from.to_owned()..).next();
        let stored = stored.map(|(key, object)| Listed {
            key: key.clone(),
            etag: object.etag.trim_matches('"').to_owned(),
            length: object.bytes.len() as u64,
        });
        let made_up = self.trees.iter().zip(hints).filter_map(|(tree, hint)| {
            let number = tree.lower_bound(from, *hint);
            *hint = number + 1;
            (number < tree.count).then(|| Listed {
                key: tree.key(number),
                etag: tree.etag(number),
                length: Tree::length(number),
            })
        });
        stored
            .into_iter()
            .chain(made_up)
            .min_by(|a, b| a.key.cmp(&b.key))
    }

    fn list(&self, request: &Request) -> String {
        let query = |name: &str| request.query.get(name).map(String::as_str);
        let prefix = query("prefix").unwrap_or_default();
        let most: usize = query("max-keys")
            .and_then(|most| most.parse().ok())
            .unwrap_or(1000);
        let behind = query("start-after").map(|key| format!("{key}\0"));
        let token = query("continuation-token").map(str::to_owned);
        let mut from = token.or(behind).unwrap_or_default();
        if from.as_str() < prefix {
            prefix.clone_into(&mut from);
        }
        let mut hints = vec![0; self.trees.len()];
        let (mut objects, mut folders, mut token) = (String::new(), String::new(), String::new());
        let mut told = 0;
        while let Some(found) = self.next(&from, &mut hints) {
            let Some(rest) = found.key.strip_prefix(prefix) else {
                break;
            };
            if told == most {
                // XML bears no such sign; no other key is between.
                token = from.replace('\0', "!");
                break;
            }
            told += 1;
            match rest
                .split_once('/')
                .filter(|_| query("delimiter").is_some())
            {
                Some((folder, _)) => {
                    let folder = format!("{prefix}{folder}");
                    let _ = write!(
                        folders,
                        "<CommonPrefixes><Prefix>{folder}/</Prefix></CommonPrefixes>"
                    );
                    // The sign behind the slash.
                    from = folder + "0";
                }
                None => {
                    let Listed { key, etag, length } = &found;
                    let _ = write!(
                        objects,
                        "<Contents><Key>{key}</Key><LastModified>2026-11-26T05:00:00.000Z</LastModified>\
                         <ETag>&quot;{etag}&quot;</ETag><Size>{length}</Size></Contents>"
                    );
                    from = found.key + "\0";
                }
            }
        }
        if !token.is_empty() {
            token = format!("<NextContinuationToken>{token}</NextContinuationToken>");
        }
        format!("<ListBucketResult>{objects}{folders}{token}</ListBucketResult>")
    }
}

fn answer(mut client: &TcpStream, status: u16, headers: &str, body: &[u8]) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status} OK\r\nContent-Length: {}\r\n{headers}\r\n",
        body.len()
    );
    client.write_all(&[head.as_bytes(), body].concat())
}
