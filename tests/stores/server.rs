//! A server of S3 and a client of it that does without the program's.

use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::env::{Env, Run, THUMBGEN, files_below, finish};
use crate::proxy::Proxy;

/// The bucket of all tests.
const BUCKET: &str = "shop";

/// The server checks no signature, but wants one.
const SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=test/20261126/us-east-1/s3/aws4_request, \
                         SignedHeaders=host, Signature=0";

/// What no message may show.
pub(crate) const SECRET: &str = "a-secret-that-nobody-may-see";

/// A server with a bucket in it, for one test.
pub(crate) struct Server {
    process: Child,
    port: u16,
    pub(crate) proxy: Proxy,
    pub(crate) env: Env,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where the script has put it, or else where the shell would look.
fn program() -> PathBuf {
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../stores/bin/moto_server");
    match installed.exists() {
        true => installed,
        false => "moto_server".into(),
    }
}

impl Server {
    pub(crate) fn new() -> Self {
        let port = {
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            free.local_addr().unwrap().port()
        };
        let process = Command::new(program())
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("no moto_server: run tests/stores/install.sh");
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "moto does not start"
            );
            thread::sleep(Duration::from_millis(20));
        }
        let server = Self {
            process,
            port,
            proxy: Proxy::before(port),
            env: Env::new(),
        };
        server.put("", b"");
        server
    }

    fn url(&self, key: &str) -> String {
        // What stands for itself in a path.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte);
        let key: String = key
            .bytes()
            .map(|byte| match plain(byte) {
                true => char::from(byte).to_string(),
                false => format!("%{byte:02X}"),
            })
            .collect();
        format!("http://127.0.0.1:{}/{BUCKET}/{key}", self.port)
    }

    pub(crate) fn put(&self, key: &str, bytes: &[u8]) {
        ureq::put(&self.url(key))
            .header("authorization", SIGNATURE)
            .send(bytes)
            .unwrap();
    }

    /// Puts the pictures below `folder` there, under `prefix`.
    pub(crate) fn put_all(&self, folder: &Path, prefix: &str) {
        for (path, bytes) in files_below(folder) {
            self.put(&format!("{prefix}/{}", path.to_str().unwrap()), &bytes);
        }
    }

    pub(crate) fn remove(&self, key: &str) {
        ureq::delete(&self.url(key))
            .header("authorization", SIGNATURE)
            .call()
            .unwrap();
    }

    pub(crate) fn bytes(&self, key: &str) -> Vec<u8> {
        let mut response = ureq::get(&self.url(key))
            .header("authorization", SIGNATURE)
            .call()
            .unwrap();
        response.body_mut().read_to_vec().unwrap()
    }

    /// The headers of an object.
    pub(crate) fn header(&self, key: &str, name: &str) -> Option<String> {
        let response = ureq::head(&self.url(key))
            .header("authorization", SIGNATURE)
            .call()
            .unwrap();
        let value = response.headers().get(name)?;
        Some(value.to_str().unwrap().to_owned())
    }

    /// All keys that begin with `prefix`.
    pub(crate) fn keys(&self, prefix: &str) -> Vec<String> {
        let mut keys = Vec::new();
        let mut after = String::new();
        loop {
            let url = format!("http://127.0.0.1:{}/{BUCKET}", self.port);
            let mut response = ureq::get(&url)
                .header("authorization", SIGNATURE)
                .query("list-type", "2")
                .query("prefix", prefix)
                .query("start-after", &after)
                .call()
                .unwrap();
            let text = response.body_mut().read_to_string().unwrap();
            let document = roxmltree::Document::parse(&text).unwrap();
            let named = document
                .descendants()
                .filter(|node| node.tag_name().name() == "Key")
                .filter_map(|node| node.text().map(str::to_owned));
            let page: Vec<String> = named.collect();
            match page.last() {
                Some(last) => after.clone_from(last),
                None => return keys,
            }
            keys.extend(page);
        }
    }

    /// The thumbnails below `prefix`, by their keys below it.
    pub(crate) fn thumbnails(&self, prefix: &str) -> BTreeMap<String, Vec<u8>> {
        let keys = self.keys(&format!("{prefix}/")).into_iter();
        let keys = keys.filter(|key| !key.contains("/.thumbgen."));
        keys.map(|key| {
            let bytes = self.bytes(&key);
            (key[prefix.len() + 1..].to_owned(), bytes)
        })
        .collect()
    }

    /// The program with `arguments`, in the test's folder, which talks to the server through the proxy.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(THUMBGEN);
        command
            .args(arguments)
            .arg("--allow-http")
            .current_dir(self.env.path(""))
            .env(
                "AWS_ENDPOINT_URL",
                format!("http://127.0.0.1:{}", self.proxy.port),
            )
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .env("AWS_SESSION_TOKEN", SECRET)
            .env_remove("NO_PROXY");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        finish(&mut self.command(arguments))
    }
}
