//! URLs of object stores: `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix`.
//!
//! What stands behind the bucket is taken to the letter, as other tools for stores do: `%20` is three characters of a
//! key.

use std::fmt;
use std::path::Path;

use thiserror::Error;

use crate::batch::place::store_scheme;

/// Whose protocol a store speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Amazon S3, and all servers that speak like it.
    S3,
    /// Google Cloud Storage.
    Gcs,
    /// Azure Blob Storage.
    Azure,
}

/// A place in an object store.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreUrl {
    /// Whose protocol it is.
    pub service: Service,
    /// Scheme and bucket (with the account, if it was given): `s3://shop`.
    pub base: String,
    /// The bucket or container.
    pub bucket: String,
    /// What the keys begin with, without slashes at its ends; empty for all of the bucket.
    pub prefix: String,
}

/// Why a URL is not that of a place in a store. It does not repeat the URL, for a secret may be in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UrlError {
    /// `s3:///prefix`.
    #[error("the URL has no bucket")]
    NoBucket,
    /// `s3://my bucket/prefix`.
    #[error("no bucket is called that: a name has letters, digits, dots, dashes and underscores")]
    Bucket,
    /// `s3://key:secret@bucket`, `az://container/prefix?sig=...`.
    #[error(
        "the URL may hold a bucket and a prefix and nothing else: credentials are taken from the environment"
    )]
    Credentials,
    /// `s3://bucket/a//b`, `s3://bucket/../b`.
    #[error("the URL's prefix has an empty part, . or .. in it, or a control character")]
    Prefix,
}

impl StoreUrl {
    /// The place that `text` says; none if it is a path.
    pub fn parse(text: &Path) -> Option<Result<Self, UrlError>> {
        let scheme = store_scheme(text)?;
        let (_, rest) = text.to_str()?.split_once("://")?;
        Some(Self::of_parts(scheme, rest))
    }

    fn of_parts(scheme: &str, rest: &str) -> Result<Self, UrlError> {
        let service = match scheme {
            "s3" | "s3a" => Service::S3,
            "gs" => Service::Gcs,
            _ => Service::Azure,
        };
        let (host, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        // abfss://container@account.dfs.core.windows.net
        let bucket = match (service, host.split_once('@')) {
            (Service::Azure, Some((container, _))) => container,
            (_, Some(_)) => return Err(UrlError::Credentials),
            (_, None) => host,
        };
        if host.contains(':') || rest.contains('?') {
            return Err(UrlError::Credentials);
        }
        if bucket.is_empty() {
            return Err(UrlError::NoBucket);
        }
        // `$` for Azure's `$web` and `$root`.
        let may_be_in_name = |sign: char| sign.is_ascii_alphanumeric() || ".-_$".contains(sign);
        if !bucket.chars().all(may_be_in_name) {
            return Err(UrlError::Bucket);
        }
        let prefix = prefix.trim_end_matches('/');
        let is_plain = |part: &str| {
            !matches!(part, "" | "." | "..") && !part.chars().any(|sign| sign.is_ascii_control())
        };
        if !prefix.is_empty() && !prefix.split('/').all(is_plain) {
            return Err(UrlError::Prefix);
        }
        Ok(Self {
            service,
            base: format!("{scheme}://{host}"),
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
        })
    }

    /// Whether both may be in one bucket.
    pub fn shares_bucket(&self, other: &Self) -> bool {
        let accounts = self.account().zip(other.account());
        // One that is not in the URL is the environment's, which may be the same.
        let may_be_one = accounts.is_none_or(|(one, other)| one == other);
        self.service == other.service && self.bucket == other.bucket && may_be_one
    }

    /// What of `other` is below this place: its prefix without ours; empty if both are one place.
    pub fn below<'a>(&self, other: &'a Self) -> Option<&'a str> {
        if !self.shares_bucket(other) {
            return None;
        }
        if self.prefix.is_empty() {
            return Some(&other.prefix);
        }
        let rest = other.prefix.strip_prefix(&self.prefix)?;
        if rest.is_empty() {
            return Some(rest);
        }
        rest.strip_prefix('/')
    }

    /// Azure's account, if it is in the URL: `shop` of `shop.blob.core.windows.net` and `shop.dfs.core.windows.net`.
    fn account(&self) -> Option<&str> {
        let (_, host) = self.base.split_once('@')?;
        host.split('.').next()
    }

    /// The whole key of what has the key `relative` below this place.
    pub fn key(&self, relative: &str) -> String {
        match (self.prefix.as_str(), relative) {
            ("", relative) => relative.to_owned(),
            (prefix, "") => prefix.to_owned(),
            (prefix, relative) => format!("{prefix}/{relative}"),
        }
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix.as_str() {
            "" => f.write_str(&self.base),
            prefix => write!(f, "{}/{prefix}", self.base),
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<StoreUrl, UrlError> {
        StoreUrl::parse(Path::new(text)).expect("a URL")
    }

    #[test]
    fn bucket_and_prefix_are_told_apart() {
        for (text, service, bucket, prefix) in [
            ("s3://shop", Service::S3, "shop", ""),
            ("az://$web/a", Service::Azure, "$web", "a"),
            ("s3://shop/", Service::S3, "shop", ""),
            ("s3://shop/images/", Service::S3, "shop", "images"),
            ("s3a://shop/a b/ü%20", Service::S3, "shop", "a b/ü%20"),
            ("gs://shop/images", Service::Gcs, "shop", "images"),
            ("az://box/images", Service::Azure, "box", "images"),
            (
                "abfss://box@shop.dfs.core.windows.net/a/b",
                Service::Azure,
                "box",
                "a/b",
            ),
        ] {
            let url = parse(text).unwrap();
            assert_eq!(
                (url.service, url.bucket.as_str(), url.prefix.as_str()),
                (service, bucket, prefix)
            );
            assert_eq!(url.to_string(), text.trim_end_matches('/'));
        }
        assert!(StoreUrl::parse(Path::new("images")).is_none());
    }

    #[test]
    fn a_url_with_a_secret_is_refused_and_not_repeated() {
        for (text, error) in [
            ("s3://key:hush@shop/images", UrlError::Credentials),
            ("s3://hush@shop/images", UrlError::Credentials),
            ("az://box/a?sv=1&sig=hush", UrlError::Credentials),
            ("s3:///images", UrlError::NoBucket),
            ("s3://my shop/images", UrlError::Bucket),
            ("s3://shop\u{a0}/images", UrlError::Bucket),
            ("s3://shop/a//b", UrlError::Prefix),
            ("s3://shop/../b", UrlError::Prefix),
        ] {
            let refused = parse(text).unwrap_err();
            assert_eq!(refused, error, "{text}");
            assert!(!refused.to_string().contains("hush"));
        }
    }

    #[test]
    fn one_place_is_below_another_by_whole_parts() {
        let below = |a: &str, b: &str| {
            let (a, b) = (parse(a).unwrap(), parse(b).unwrap());
            a.below(&b).map(str::to_owned)
        };
        assert_eq!(below("s3://a/x", "s3://a/x/y"), Some("y".into()));
        assert_eq!(below("s3://a", "s3://a/x"), Some("x".into()));
        assert_eq!(below("s3://a/x", "s3://a/x"), Some(String::new()));
        assert_eq!(below("s3://a/x", "s3://a/xy"), None);
        assert_eq!(below("s3://a/x/y", "s3://a/x"), None);
        assert_eq!(below("s3://a/x", "gs://a/x/y"), None);
        assert_eq!(below("az://c@one/x", "az://c@two/x/y"), None);
        let [blob, dfs] = ["blob", "dfs"].map(|it| format!("az://c@one.{it}.core.windows.net/x"));
        assert_eq!(below(&blob, &dfs), Some(String::new()));
        assert_eq!(below("az://c/x", &(dfs + "/y")), Some("y".into()));
    }
}
