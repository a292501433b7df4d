//! The page: HTML that stays the same, and blocks of rows that are written as they come.

use std::fs::{self, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::NamedTempFile;

use super::fields::Fields;
use super::places::Places;
use super::row::Row;
use crate::tell::side_file;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What follows each block of data.
const MORE: &str = "more()";

/// What the page's Content-Security-Policy allows: the SHA-256 of [`STYLE`], [`SCRIPT`] and [`MORE`]. A test checks
/// them.
const STYLE_HASH: &str = "sha256-xYC6ymH786xrOOtpcgAz9WVuVMT/7gHJ3jy2noZ7ad0=";
const SCRIPT_HASH: &str = "sha256-KLxybQfOcIVeaGxjmyd6g7Jq1e7RbAyqZHCXK6NEfg0=";
const MORE_HASH: &str = "sha256-tQCBHdhZF+YZA1SfmY9EcKxkOEB4SQok5ogPYW6m+QI=";

/// How each gallery begins: an older one may be replaced, and nothing else.
const BEGINNING: &[u8] = b"<!doctype html>\n<!-- A gallery by thumbgen -->\n";

/// The page's file.
const NAME: &str = "index.html";

/// Rows in a block: few enough that the first block is on the screen at once.
const BLOCK: usize = 1000;

/// What a gallery says of all its pictures.
#[derive(Debug, Clone, Default, Serialize)]
struct Head {
    /// The page's title.
    title: String,
    /// What is known of the run, in a few words each.
    about: Vec<String>,
    /// URL of the folder of thumbnails, as seen from the page.
    thumbnails: String,
    /// That of the folder of pictures, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pictures: Option<String>,
}

/// How many rows a gallery has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rows {
    /// All rows.
    pub all: u64,
    /// Those of pictures that failed.
    pub failed: u64,
}

/// A gallery that is being written. It takes the place of an older one when it is [finished](Self::finish).
#[derive(Debug)]
pub(super) struct Gallery {
    path: PathBuf,
    out: BufWriter<NamedTempFile>,
    places: Places,
    rows: Rows,
}

/// Refuses a `folder` whose page exists and is not a gallery; there need not be one.
///
/// # Errors
///
/// When there is another kind of file in the page's place, or it can't be read.
pub fn check(folder: &Path) -> io::Result<()> {
    side_file::check(&folder.join(NAME), BEGINNING)
}

impl Gallery {
    /// A gallery in `folder`, which is made if need be, of thumbnails and pictures at `places`.
    pub(super) fn create(
        folder: &Path,
        title: &str,
        about: Vec<String>,
        places: Places,
    ) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        check(folder)?;
        let places = places.seen_from(&folder.canonicalize()?);
        let file = tempfile::Builder::new()
            .prefix(".index.html.")
            // The umask applies, as to any file.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder)?;
        let head = Head {
            title: title.to_owned(),
            about,
            thumbnails: places.thumbnails(),
            pictures: places.pictures(),
        };
        let mut gallery = Self {
            path: folder.join(NAME),
            out: BufWriter::new(file),
            places,
            rows: Rows::default(),
        };
        gallery.out.write_all(page().as_bytes())?;
        gallery.begin_block()?;
        gallery.json(&head)?;
        Ok(gallery)
    }

    /// Adds a record of a report, if it is one of a picture or a thumbnail.
    pub(super) fn add(&mut self, record: Fields) -> io::Result<()> {
        let Some(row) = Row::of(record, &self.places) else {
            return Ok(());
        };
        if self.rows.all.is_multiple_of(BLOCK as u64) {
            self.end_block(if self.rows.all == 0 { "" } else { "]" })?;
            self.begin_block()?;
            self.out.write_all(b"[")?;
        } else {
            self.out.write_all(b",\n")?;
        }
        self.json(&row)?;
        self.rows.all += 1;
        self.rows.failed += u64::from(row.is_failed());
        Ok(())
    }

    /// Puts the page into its place, and gives its path and how many rows it has.
    pub(super) fn finish(mut self) -> io::Result<(PathBuf, Rows)> {
        self.end_block(if self.rows.all == 0 { "" } else { "]" })?;
        self.out.write_all(b"</body>\n</html>\n")?;
        let file = self.out.into_inner()?;
        file.persist(&self.path)?;
        Ok((self.path, self.rows))
    }

    fn begin_block(&mut self) -> io::Result<()> {
        self.out.write_all(b"<script type=\"application/json\">")
    }

    fn end_block(&mut self, end: &str) -> io::Result<()> {
        writeln!(self.out, "{end}</script><script>{MORE}</script>")
    }

    /// Nothing in `value` ends the script that it stands in, or begins another: in JSON, `<` occurs in strings only.
    fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        let json = serde_json::to_string(value)?;
        self.out.write_all(json.replace('<', "\\u003c").as_bytes())
    }
}

/// The page up to the data.
fn page() -> String {
    PAGE.replace("{{style hash}}", STYLE_HASH)
        .replace("{{script hash}}", SCRIPT_HASH)
        .replace("{{more hash}}", MORE_HASH)
        .replace("{{style}}", STYLE)
        .replace("{{script}}", SCRIPT)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn policy_allows_what_is_in_the_page_and_nothing_else() {
        for (what, hash) in [
            (STYLE, STYLE_HASH),
            (SCRIPT, SCRIPT_HASH),
            (MORE, MORE_HASH),
        ] {
            let digest = Sha256::digest(what.as_bytes());
            let digest = base64::engine::general_purpose::STANDARD.encode(digest);
            assert_eq!(
                hash,
                format!("sha256-{digest}"),
                "of {:?}",
                &what[..what.len().min(20)]
            );
        }
    }

    #[test]
    fn page_begins_as_one_that_may_be_replaced() {
        let page = page();
        assert!(page.as_bytes().starts_with(BEGINNING));
        assert!(!page.contains("{{"), "something was not filled in");
    }
}
