//! A server, with the proxy before it and a folder beside it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::{ACCOUNT, BUCKET, Client, KEY, Kind};
use crate::env::{Env, Run, files_below, finish};
use crate::proxy::Proxy;

/// What no message may show.
pub(crate) const SECRET: &str = "a-secret-that-nobody-may-see";

/// A server with a bucket in it, for one test.
pub(crate) struct Server {
    process: Child,
    client: Client,
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
pub(crate) fn program(path: &str, name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../stores");
    let installed = folder.join(path).join(name);
    match installed.exists() {
        true => installed,
        false => name.into(),
    }
}

/// The command that starts a server at `port`, which keeps nothing.
fn command(kind: Kind, port: u16) -> Command {
    let port = port.to_string();
    match kind {
        Kind::S3 => {
            let mut command = Command::new(program("bin", "moto_server"));
            command.args(["-H", "127.0.0.1", "-p", &port]);
            command
        }
        Kind::Azure => {
            let mut command = Command::new(program("node_modules/.bin", "azurite-blob"));
            command
                .args(["--silent", "--disableTelemetry", "--inMemoryPersistence"])
                .args(["--skipApiVersionCheck", "--blobPort", &port]);
            command
        }
    }
}

/// `command` with a limit that the shell's `ulimit` sets: `-n 128`.
pub(crate) fn with_limit(limit: &str, command: &Command) -> Command {
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit $0 && exec \"$@\"", limit])
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(command.get_current_dir().unwrap())
        .stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    limited
}

impl Server {
    /// One of S3.
    pub(crate) fn new() -> Self {
        Self::of(Kind::S3)
    }

    pub(crate) fn of(kind: Kind) -> Self {
        let port = {
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            free.local_addr().unwrap().port()
        };
        let env = Env::new();
        let mut process = command(kind, port)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                let name = match kind {
                    Kind::S3 => "moto",
                    Kind::Azure => "azurite",
                };
                panic!("no server ({error}): run tests/stores/install.sh {name}")
            });
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = process.try_wait().unwrap();
            assert_eq!(ended, None, "the server ended at once");
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "the server does not start"
            );
            thread::sleep(Duration::from_millis(20));
        }
        let server = Self {
            process,
            client: Client { kind, port },
            proxy: Proxy::before(port),
            env,
        };
        server.client.make_bucket();
        server
    }

    /// A client for whoever outlives the server.
    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }

    pub(crate) fn kind(&self) -> Kind {
        self.client.kind
    }

    /// The place `prefix` in the bucket, as the program is told it.
    pub(crate) fn url(&self, prefix: &str) -> String {
        match self.client.kind {
            Kind::S3 => format!("s3://{BUCKET}/{prefix}"),
            Kind::Azure => format!("az://{BUCKET}/{prefix}"),
        }
    }

    /// The pictures and the place for thumbnails of most tests.
    pub(crate) fn places(&self) -> [String; 2] {
        [self.url("images"), self.url("thumbs")]
    }

    pub(crate) fn put(&self, key: &str, bytes: &[u8]) {
        self.client.put(key, bytes);
    }

    /// Puts the pictures below `folder` there, under `prefix`.
    pub(crate) fn put_all(&self, folder: &Path, prefix: &str) {
        for (path, bytes) in files_below(folder) {
            self.put(&format!("{prefix}/{}", path.to_str().unwrap()), &bytes);
        }
    }

    pub(crate) fn remove(&self, key: &str) {
        self.client.remove(key);
    }

    pub(crate) fn bytes(&self, key: &str) -> Vec<u8> {
        self.client.bytes(key)
    }

    /// A header of an object.
    pub(crate) fn header(&self, key: &str, name: &str) -> Option<String> {
        self.client.header(key, name)
    }

    /// All keys that begin with `prefix`.
    pub(crate) fn keys(&self, prefix: &str) -> Vec<String> {
        self.client.keys(prefix)
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
    pub(crate) fn command<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Command {
        let mut command = self.env.command(arguments);
        let endpoint = format!("http://127.0.0.1:{}", self.proxy.port);
        command.env_remove("NO_PROXY");
        match self.client.kind {
            Kind::S3 => command
                .env("AWS_ENDPOINT_URL", endpoint)
                .env("AWS_ALLOW_HTTP", "true")
                .env("AWS_REGION", "us-east-1")
                .env("AWS_ACCESS_KEY_ID", "test")
                .env("AWS_SECRET_ACCESS_KEY", SECRET)
                .env("AWS_SESSION_TOKEN", SECRET),
            Kind::Azure => command
                .env("AZURE_STORAGE_ENDPOINT", format!("{endpoint}/{ACCOUNT}"))
                .env("AZURE_ALLOW_HTTP", "true")
                .env("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT)
                .env("AZURE_STORAGE_ACCOUNT_KEY", KEY),
        };
        command
    }

    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Run {
        finish(&mut self.command(arguments))
    }

    /// Runs the program over the [places](Self::places), with `options`.
    pub(crate) fn make(&self, options: &[&str]) -> Run {
        let places = self.places();
        self.run(
            places
                .iter()
                .map(String::as_str)
                .chain(options.iter().copied()),
        )
    }
}
