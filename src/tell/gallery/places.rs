//! Where the paths of a report lead, and their URLs.

use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use crate::tell::url::encode;

/// The folders of pictures and of thumbnails.
#[derive(Debug, Clone)]
pub(super) struct Places {
    source: Option<Place>,
    dest: Place,
}

/// One of these folders.
#[derive(Debug, Clone)]
struct Place {
    /// As the report has it.
    said: PathBuf,
    /// As it is found now.
    real: PathBuf,
    /// As the page has it.
    url: String,
}

impl Places {
    /// The thumbnails are in `dest`, whatever the report calls it; paths in it begin with `said`.
    pub(super) fn new(dest: &Path, said: &Path) -> Self {
        Self {
            source: None,
            dest: Place::new(dest.to_owned(), said.to_owned()),
        }
    }

    /// The pictures are in `source`, or it is the one picture; paths in the report begin with `said`.
    pub(super) fn with_source(mut self, source: &Path, said: &Path) -> Self {
        let (mut source, mut said) = (source.to_owned(), said.to_owned());
        if source.is_file() {
            source.pop();
            said.pop();
        }
        self.source = Some(Place::new(source, said));
        self
    }

    /// The same, as seen from `folder`.
    pub(super) fn seen_from(mut self, folder: &Path) -> Self {
        for place in self.source.iter_mut().chain([&mut self.dest]) {
            let real = place.real.canonicalize();
            place.url = url_between(folder, real.as_deref().unwrap_or(&place.real));
        }
        self
    }

    /// The URL of the folder of thumbnails.
    pub(super) fn thumbnails(&self) -> String {
        self.dest.url.clone()
    }

    /// The URL of the folder of pictures.
    pub(super) fn pictures(&self) -> Option<String> {
        self.source.as_ref().map(|place| place.url.clone())
    }

    /// Where the source `path` is, below the folder of pictures.
    pub(super) fn picture<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        self.source.as_ref()?.below(path)
    }

    /// Where the thumbnail `path` is, below the folder of thumbnails.
    pub(super) fn thumbnail<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        self.dest.below(path)
    }

    /// The file of the picture at `below`.
    pub(super) fn picture_file(&self, below: &Path) -> Option<PathBuf> {
        Some(self.source.as_ref()?.real.join(below))
    }

    /// The file of the thumbnail at `below`.
    pub(super) fn thumbnail_file(&self, below: &Path) -> PathBuf {
        self.dest.real.join(below)
    }
}

impl Place {
    fn new(real: PathBuf, said: PathBuf) -> Self {
        let url = String::new();
        Self { said, real, url }
    }

    fn below<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        let below = path.strip_prefix(&self.said).ok()?;
        let inside = |part| matches!(part, Component::Normal(_));
        (below.components().all(inside) && below.file_name().is_some()).then_some(below)
    }
}

/// The folder in which a run that calls its DEST `said` was started: the one from which `said` leads to `dest`, an
/// absolute path; nothing if that can't be known.
pub(super) fn started_in(said: &Path, dest: &Path) -> Option<PathBuf> {
    let said: PathBuf = said
        .components()
        .filter(|part| *part != Component::CurDir)
        .collect();
    // No path ends with one that contains `..` or begins with `/`, unless it is the same.
    (said.is_relative() && dest.ends_with(&said))
        .then(|| dest.ancestors().nth(said.components().count()))?
        .map(Path::to_owned)
}

/// The relative URL that leads from `folder` to the folder `to`, both absolute paths.
fn url_between(folder: &Path, to: &Path) -> String {
    let both = folder.components().zip(to.components());
    let common = both.take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(common).map(|_| "../");
    let mut url: String = up.collect();
    if url.is_empty() {
        // Never empty, and never taken for a scheme.
        url.push_str("./");
    }
    for part in to.components().skip(common) {
        encode(part.as_os_str().as_bytes(), &mut url);
        url.push('/');
    }
    url
}

#[cfg(test)]
mod tests {
    use crate::tell::url::url_of;
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn urls_lead_from_one_folder_to_another() {
        for (from, to, url) in [
            ("/a/gallery", "/a/thumbs", "../thumbs/"),
            ("/a", "/a/b c/ä", "./b%20c/%C3%A4/"),
            ("/a/b", "/a", "../"),
            ("/a", "/a", "./"),
            ("/a/b", "/c#?/d", "../../c%23%3F/d/"),
        ] {
            assert_eq!(
                url_between(Path::new(from), Path::new(to)),
                url,
                "{from} {to}"
            );
        }
        assert_eq!(
            url_of(Path::new(OsStr::from_bytes(b"a/\xff:%.jpg"))),
            "a/%FF%3A%25.jpg"
        );
    }

    #[test]
    fn where_a_run_was_started_is_seen_from_its_dest() {
        for (said, dest, folder) in [
            ("thumbs", "/srv/shop/thumbs", Some("/srv/shop")),
            ("./out/thumbs/", "/srv/out/thumbs", Some("/srv")),
            (".", "/srv/thumbs", Some("/srv/thumbs")),
            ("/srv/thumbs", "/srv/thumbs", None),
            ("../thumbs", "/srv/thumbs", None),
            ("thumbs", "/srv/copied", None),
        ] {
            let found = started_in(Path::new(said), Path::new(dest));
            assert_eq!(found.as_deref(), folder.map(Path::new), "{said} {dest}");
        }
    }

    #[test]
    fn nothing_outside_of_a_folder_is_below_it() {
        let places = Places::new(Path::new("/now/thumbs"), Path::new("thumbs/"));
        let below = |path| places.thumbnail(Path::new(path));
        assert_eq!(below("thumbs/a/b.jpg"), Some(Path::new("a/b.jpg")));
        for outside in ["thumbs", "other/a.jpg", "thumbs/../a.jpg", "/thumbs/a.jpg"] {
            assert_eq!(below(outside), None, "{outside}");
        }
    }
}
