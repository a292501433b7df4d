//! Clients of both servers that do without the program's.

use roxmltree::Document;
use ureq::RequestBuilder;
use ureq::typestate::{WithBody, WithoutBody};

/// The bucket, or container, of all tests.
pub(crate) const BUCKET: &str = "shop";

/// moto checks no signature, but wants one.
const SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=test/20261126/us-east-1/s3/aws4_request, \
                         SignedHeaders=host, Signature=0";

/// Azurite's account, which everybody knows (<https://learn.microsoft.com/azure/storage/common/storage-use-azurite>).
pub(crate) const ACCOUNT: &str = "devstoreaccount1";

/// That account's key.
pub(crate) const KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// All rights to all in it until 2099, signed with that key.
const SHARED_ACCESS: &str = "sv=2020-08-04&ss=b&srt=sco&sp=rwdlac&se=2099-01-01T00:00:00Z\
                             &sig=x%2FQXZVVilc6CBdKa9TN6OcrIf0rB%2Fv0F0GVQBOwF7so%3D";

/// Whose protocol a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// S3: moto.
    S3,
    /// Azure Blob Storage: Azurite.
    #[cfg_attr(not(feature = "stores-azure"), allow(dead_code))]
    Azure,
}

/// Talks to a server without the proxy.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) kind: Kind,
    pub(crate) port: u16,
}

impl Client {
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
        let port = self.port;
        let slash = if key.is_empty() { "" } else { "/" };
        match self.kind {
            Kind::S3 => format!("http://127.0.0.1:{port}/{BUCKET}{slash}{key}"),
            Kind::Azure => {
                format!("http://127.0.0.1:{port}/{ACCOUNT}/{BUCKET}{slash}{key}?{SHARED_ACCESS}")
            }
        }
    }

    fn signed<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        match self.kind {
            Kind::S3 => request.header("authorization", SIGNATURE),
            Kind::Azure => request,
        }
    }

    fn with_body(&self, request: RequestBuilder<WithBody>) -> RequestBuilder<WithBody> {
        self.signed(request).header("x-ms-blob-type", "BlockBlob")
    }

    fn without_body(&self, request: RequestBuilder<WithoutBody>) -> RequestBuilder<WithoutBody> {
        self.signed(request)
    }

    pub(crate) fn make_bucket(&self) {
        let url = match self.kind {
            Kind::S3 => self.url(""),
            Kind::Azure => self.url("") + "&restype=container",
        };
        self.signed(ureq::put(url)).send_empty().unwrap();
    }

    pub(crate) fn put(&self, key: &str, bytes: &[u8]) {
        let request = self.with_body(ureq::put(self.url(key)));
        request.send(bytes).unwrap();
    }

    pub(crate) fn remove(&self, key: &str) {
        let request = self.without_body(ureq::delete(self.url(key)));
        request.call().unwrap();
    }

    pub(crate) fn bytes(&self, key: &str) -> Vec<u8> {
        let request = self.without_body(ureq::get(self.url(key)));
        let mut response = request.call().unwrap();
        let body = response.body_mut().with_config().limit(64 << 20);
        body.read_to_vec().unwrap()
    }

    /// A header of an object.
    pub(crate) fn header(&self, key: &str, name: &str) -> Option<String> {
        let request = self.without_body(ureq::head(self.url(key)));
        let response = request.call().unwrap();
        let value = response.headers().get(name)?;
        Some(value.to_str().unwrap().to_owned())
    }

    /// All keys that begin with `prefix`.
    pub(crate) fn keys(&self, prefix: &str) -> Vec<String> {
        let mut keys = Vec::new();
        let mut after = String::new();
        loop {
            let request = self.without_body(ureq::get(self.url("")));
            let request = request.query("prefix", prefix);
            let request = match self.kind {
                Kind::S3 => request.query("list-type", "2").query("start-after", &after),
                Kind::Azure => request
                    .query("restype", "container")
                    .query("comp", "list")
                    .query("marker", &after),
            };
            let mut response = request.call().unwrap();
            let text = response.body_mut().read_to_string().unwrap();
            let document = Document::parse(text.trim_start_matches('\u{feff}')).unwrap();
            let texts = |tag: &'static str| {
                let named = document
                    .descendants()
                    .filter(move |node| node.tag_name().name() == tag);
                named.filter_map(|node| node.text().map(str::to_owned))
            };
            let page: Vec<String> = match self.kind {
                Kind::S3 => texts("Key").collect(),
                Kind::Azure => texts("Name").collect(),
            };
            let next = match self.kind {
                Kind::S3 => page.last().cloned(),
                Kind::Azure => texts("NextMarker").next().filter(|next| !next.is_empty()),
            };
            keys.extend(page);
            match next {
                Some(next) => after = next,
                None => return keys,
            }
        }
    }
}
