//! Formats of pictures, told by names: what the walk takes, and what a thumbnail is called. What a file really is, its
//! first bytes tell when it is read.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use thiserror::Error;

use crate::picture::FileKind;

/// The format that a file is named for; none if it isn't named like a picture.
pub fn named(path: &Path) -> Option<FileKind> {
    with_extension(path.extension()?)
}

/// The format that a file with this extension is named for, if there is one.
pub(crate) fn with_extension(extension: &OsStr) -> Option<FileKind> {
    FileKind::READ.into_iter().find(|kind| {
        let mut known = kind.extensions().iter();
        known.any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// A choice of formats of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceTypes(u32);

impl SourceTypes {
    /// All that are read.
    pub const ALL: Self = {
        let (mut all, mut at) = (0, 0);
        while at < FileKind::READ.len() {
            all |= 1 << FileKind::READ[at] as u32;
            at += 1;
        }
        Self(all)
    };

    /// Whether `kind` is among them.
    pub const fn contains(self, kind: FileKind) -> bool {
        self.0 & (1 << kind as u32) != 0
    }
}

impl Default for SourceTypes {
    fn default() -> Self {
        Self::ALL
    }
}

impl FromIterator<FileKind> for SourceTypes {
    fn from_iter<T: IntoIterator<Item = FileKind>>(types: T) -> Self {
        let bits = types.into_iter().map(|kind| 1 << kind as u32);
        Self(bits.fold(0, |all, bit: u32| all | bit))
    }
}

/// The names of `types`, as `--types` has them.
fn names(types: SourceTypes, separator: &str) -> String {
    let kinds = FileKind::READ.into_iter();
    let kinds = kinds.filter(|kind| types.contains(*kind));
    let names: Vec<_> = kinds.map(|kind| kind.extensions()[0]).collect();
    names.join(separator)
}

/// No format of pictures that there are thumbnails of.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "no format of pictures that thumbgen reads; these are: {}",
    names(SourceTypes::ALL, ", ")
)]
pub struct UnknownType;

impl FromStr for SourceTypes {
    type Err = UnknownType;

    /// Names with commas between them; extensions are names, too.
    fn from_str(text: &str) -> Result<Self, UnknownType> {
        text.split(',')
            .map(|name| with_extension(OsStr::new(name.trim_ascii())))
            .collect::<Option<_>>()
            .ok_or(UnknownType)
    }
}

impl fmt::Display for SourceTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&names(*self, ","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_count_in_any_case() {
        for (name, kind) in [
            ("a.jpg", FileKind::Jpeg),
            ("a.JPG", FileKind::Jpeg),
            ("a.b.JpEg", FileKind::Jpeg),
            ("a.jpe", FileKind::Jpeg),
            ("a.jfif", FileKind::Jpeg),
            ("a.PNG", FileKind::Png),
            ("a.tif", FileKind::Tiff),
            ("a.jpg.webp", FileKind::WebP),
            ("-.jfif", FileKind::Jpeg),
            (" .JPG", FileKind::Jpeg),
        ] {
            assert_eq!(named(Path::new(name)), Some(kind), "{name}");
        }
        for name in [
            "a.txt", "jpg", ".jpg", "a.jpgx", "a.heic", "a", "a.", "a.jpg~",
        ] {
            assert_eq!(named(Path::new(name)), None, "{name}");
        }
    }

    #[test]
    fn types_are_written_as_they_are_read() {
        for text in ["jpeg", "jpeg,png", "png,webp,tga"] {
            assert_eq!(text.parse::<SourceTypes>().unwrap().to_string(), text);
        }
        assert_eq!(
            "PNG, jpg".parse::<SourceTypes>().unwrap().to_string(),
            "jpeg,png"
        );
        let all = SourceTypes::ALL.to_string();
        assert_eq!(all.parse(), Ok(SourceTypes::ALL));
        for text in ["", "jpeg,", "heic", "a.png", "/", "../png"] {
            assert_eq!(text.parse::<SourceTypes>(), Err(UnknownType), "{text}");
        }
    }
}
