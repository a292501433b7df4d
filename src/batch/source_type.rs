//! Formats of pictures, told by names: what the walk takes, and what a thumbnail is called. What a file really is, its
//! first bytes tell when it is read.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use thiserror::Error;

/// A format of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceType {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
    /// GIF.
    Gif,
    /// TIFF.
    Tiff,
    /// Windows bitmap.
    Bmp,
    /// Windows icon.
    Ico,
    /// Netpbm.
    Pnm,
    /// QOI.
    Qoi,
    /// TGA.
    Tga,
}

impl SourceType {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Jpeg,
        Self::Png,
        Self::WebP,
        Self::Gif,
        Self::Tiff,
        Self::Bmp,
        Self::Ico,
        Self::Pnm,
        Self::Qoi,
        Self::Tga,
    ];

    /// The format that a file is named for; none if it isn't named like a picture.
    pub fn of(path: &Path) -> Option<Self> {
        Self::with_extension(path.extension()?)
    }

    /// The format that a file with this extension is named for, if there is one.
    pub(crate) fn with_extension(extension: &OsStr) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| {
            let mut known = kind.extensions().iter();
            known.any(|known| extension.eq_ignore_ascii_case(known))
        })
    }

    /// Its name, as `--types` has it.
    pub const fn name(self) -> &'static str {
        self.extensions()[0]
    }

    /// File name extensions, in any case, the name first.
    const fn extensions(self) -> &'static [&'static str] {
        match self {
            // `.jpe` and `.jfif` are what Windows and browsers save now and then.
            Self::Jpeg => &["jpeg", "jpg", "jpe", "jfif"],
            Self::Png => &["png", "apng"],
            Self::WebP => &["webp"],
            Self::Gif => &["gif"],
            Self::Tiff => &["tiff", "tif"],
            Self::Bmp => &["bmp", "dib"],
            Self::Ico => &["ico"],
            Self::Pnm => &["pnm", "ppm", "pgm", "pbm", "pam"],
            Self::Qoi => &["qoi"],
            Self::Tga => &["tga"],
        }
    }
}

/// A choice of [`SourceType`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceTypes(u16);

impl SourceTypes {
    /// All of them.
    pub const ALL: Self = Self((1 << SourceType::ALL.len()) - 1);

    /// Whether `kind` is among them.
    pub const fn contains(self, kind: SourceType) -> bool {
        self.0 & (1 << kind as u16) != 0
    }
}

impl Default for SourceTypes {
    fn default() -> Self {
        Self::ALL
    }
}

impl FromIterator<SourceType> for SourceTypes {
    fn from_iter<T: IntoIterator<Item = SourceType>>(types: T) -> Self {
        Self(
            types
                .into_iter()
                .fold(0, |all, kind| all | 1 << kind as u16),
        )
    }
}

/// No format of pictures that there are thumbnails of.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no format of pictures that thumbgen reads; these are: {}", names())]
pub struct UnknownType;

fn names() -> String {
    SourceType::ALL.map(SourceType::name).join(", ")
}

impl FromStr for SourceTypes {
    type Err = UnknownType;

    /// Names with commas between them; extensions are names, too.
    fn from_str(text: &str) -> Result<Self, UnknownType> {
        text.split(',')
            .map(|name| SourceType::with_extension(OsStr::new(name.trim_ascii())))
            .collect::<Option<_>>()
            .ok_or(UnknownType)
    }
}

impl fmt::Display for SourceTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = SourceType::ALL
            .into_iter()
            .filter(|kind| self.contains(*kind))
            .map(SourceType::name);
        f.pad(&names.collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_count_in_any_case() {
        for (name, kind) in [
            ("a.jpg", SourceType::Jpeg),
            ("a.JPG", SourceType::Jpeg),
            ("a.b.JpEg", SourceType::Jpeg),
            ("a.jpe", SourceType::Jpeg),
            ("a.jfif", SourceType::Jpeg),
            ("a.PNG", SourceType::Png),
            ("a.tif", SourceType::Tiff),
            ("a.jpg.webp", SourceType::WebP),
            ("-.jfif", SourceType::Jpeg),
            (" .JPG", SourceType::Jpeg),
        ] {
            assert_eq!(SourceType::of(Path::new(name)), Some(kind), "{name}");
        }
        for name in [
            "a.txt", "jpg", ".jpg", "a.jpgx", "a.heic", "a", "a.", "a.jpg~",
        ] {
            assert_eq!(SourceType::of(Path::new(name)), None, "{name}");
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
