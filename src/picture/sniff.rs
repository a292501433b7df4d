//! What a file is, by its first bytes: names lie, and a web server's error page is often saved as `.jpg`.

use std::fmt;

/// How many of a file's first bytes are looked at.
pub(crate) const ENOUGH: usize = 512;

/// What a file is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileKind {
    /// JPEG (ITU-T T.81).
    Jpeg,
    /// Portable Network Graphics.
    Png,
    /// WebP (RFC 9649).
    WebP,
    /// Graphics Interchange Format.
    Gif,
    /// TIFF, and the raw formats of cameras that are built on it.
    Tiff,
    /// Windows bitmap.
    Bmp,
    /// Windows icon.
    Ico,
    /// Netpbm: PBM, PGM, PPM, PAM.
    Pnm,
    /// Quite OK Image.
    Qoi,
    /// Truevision TGA of version 2.0, which has a signature at its end.
    Tga,
    /// AV1 in the container of ISO/IEC 23008-12.
    Avif,
    /// HEVC in the same container, as telephones store photographs.
    Heic,
    /// JPEG XL, bare or in a container.
    JpegXl,
    /// JPEG 2000, bare or in a container.
    Jpeg2000,
    /// Photoshop.
    Photoshop,
    /// Scalable Vector Graphics.
    Svg,
    /// A film: MP4, QuickTime, Matroska or AVI.
    Film,
    /// Portable Document Format.
    Pdf,
    /// An archive: ZIP, gzip or the like.
    Archive,
    /// A web page.
    Html,
    /// What Git keeps in place of a file in Git LFS.
    LfsPointer,
    /// What macOS keeps on other file systems of a file besides its contents.
    AppleDouble,
    /// Text of no kind that is known here.
    Text,
    /// No bytes at all.
    Empty,
    /// Nothing but zeros, as far as it was looked at.
    Zeros,
    /// None of these.
    Unknown,
}

use FileKind::{
    AppleDouble, Archive, Avif, Bmp, Empty, Film, Gif, Heic, Html, Ico, Jpeg, Jpeg2000, JpegXl,
    LfsPointer, Pdf, Photoshop, Png, Pnm, Qoi, Svg, Text, Tga, Tiff, Unknown, WebP, Zeros,
};

/// Signatures at the very beginning, as the formats' own documents give them.
const SIGNATURES: [(&[u8], FileKind); 21] = [
    (b"\xFF\xD8\xFF", Jpeg),
    (b"\x89PNG\r\n\x1A\n", Png),
    (b"GIF87a", Gif),
    (b"GIF89a", Gif),
    (b"II*\0", Tiff),
    (b"MM\0*", Tiff),
    // BigTIFF.
    (b"II+\0", Tiff),
    (b"MM\0+", Tiff),
    (b"qoif", Qoi),
    (b"\xFF\x0A", JpegXl),
    (b"\0\0\0\x0CJXL \r\n\x87\n", JpegXl),
    (b"\xFF\x4F\xFF\x51", Jpeg2000),
    (b"\0\0\0\x0CjP  \r\n\x87\n", Jpeg2000),
    (b"8BPS", Photoshop),
    (b"\x1A\x45\xDF\xA3", Film),
    (b"%PDF-", Pdf),
    (b"PK\x03\x04", Archive),
    (b"\x1F\x8B", Archive),
    (b"7z\xBC\xAF\x27\x1C", Archive),
    (b"version https://git-lfs", LfsPointer),
    (b"\x00\x05\x16\x07", AppleDouble),
];

/// The end of the footer that Truevision's TGA 2.0 has ("TGA File Format Specification", 1989); what a TGA begins with
/// might be anything.
pub(crate) const TGA_FOOTER: &[u8] = b"TRUEVISION-XFILE.\0";

impl FileKind {
    /// What a file is whose contents are `bytes`: no more than the first 512 and the last 18 are looked at.
    pub fn of(bytes: &[u8]) -> Self {
        let kind = Self::begun(bytes);
        if kind.is_certain() || !bytes.ends_with(TGA_FOOTER) {
            kind
        } else {
            Tga
        }
    }

    /// What a file is that begins with `bytes`.
    pub fn begun(bytes: &[u8]) -> Self {
        let head = &bytes[..bytes.len().min(ENOUGH)];
        let signed = SIGNATURES
            .iter()
            .find(|(signature, _)| head.starts_with(signature));
        match signed {
            Some((_, kind)) => *kind,
            None if head.is_empty() => Empty,
            None if head.iter().all(|byte| *byte == 0) => Zeros,
            None => riff(head)
                .or_else(|| iso_media(head))
                .or_else(|| weakly_signed(head))
                .or_else(|| text(head))
                .unwrap_or(Unknown),
        }
    }

    /// Whether it can't be a JPEG with something in front of its header: T.81's decoders pass over that, but what other
    /// formats hold may look like a header by chance, or be that of a preview.
    pub(crate) fn is_certain(self) -> bool {
        !matches!(self, Empty | Zeros | Text | Html | Unknown)
    }
}

/// RIFF: a length stands between that name and the name of the contents.
fn riff(head: &[u8]) -> Option<FileKind> {
    match (head.get(..4)?, head.get(8..12)?) {
        (b"RIFF", b"WEBP") => Some(WebP),
        (b"RIFF", b"AVI ") => Some(Film),
        _ => None,
    }
}

/// ISO/IEC 14496-12, 4.3: the brands of the file type box, the major one first. A picture's major brand may be general
/// (`mif1`); then a compatible one tells the codec.
fn iso_media(head: &[u8]) -> Option<FileKind> {
    let length = usize::try_from(u32::from_be_bytes(*head.first_chunk()?)).ok()?;
    if head.get(4..8)? != b"ftyp" {
        return None;
    }
    let brands = || head[8..length.clamp(8, head.len())].chunks_exact(4);
    let has = |known: &[&[u8; 4]]| brands().any(|brand| known.iter().any(|is| brand == *is));
    Some(if has(&[b"avif", b"avis"]) {
        Avif
    } else if has(&[
        b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1",
    ]) {
        Heic
    } else {
        Film
    })
}

/// Signatures that are too short to be believed alone.
fn weakly_signed(head: &[u8]) -> Option<FileKind> {
    match head {
        // BITMAPFILEHEADER's reserved bytes, and the length of the header that follows.
        [
            b'B',
            b'M',
            _,
            _,
            _,
            _,
            0,
            0,
            0,
            0,
            _,
            _,
            _,
            _,
            12..=124,
            0,
            0,
            0,
            ..,
        ] => Some(Bmp),
        [0, 0, 1, 0, 1..=255, 0, ..] => Some(Ico),
        [b'P', b'1'..=b'7', space, ..] if space.is_ascii_whitespace() => Some(Pnm),
        _ => None,
    }
}

fn text(head: &[u8]) -> Option<FileKind> {
    let is_text = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7E | 0x80..);
    // The last character may be cut off.
    let whole = std::str::from_utf8(head).map_or_else(|error| error.valid_up_to(), str::len);
    if !head.iter().all(is_text) || whole + 4 <= head.len() {
        return None;
    }
    let start = head.trim_ascii_start();
    let lower = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    let lower = lower.to_ascii_lowercase();
    let holds = |name: &[u8]| memchr::memmem::find(&lower, name).is_some();
    Some(if !lower.starts_with(b"<") {
        Text
    } else if holds(b"<svg") && !holds(b"<html") {
        Svg
    } else if ["<!doctype html", "<html", "<head", "<body"]
        .iter()
        .any(|tag| holds(tag.as_bytes()))
    {
        Html
    } else {
        Text
    })
}

impl FileKind {
    /// The kinds of pictures that are read.
    pub const READ: [Self; 10] = [Jpeg, Png, WebP, Gif, Tiff, Bmp, Ico, Pnm, Qoi, Tga];

    /// The extensions of names of such pictures, in any case, the usual name of the format first; none of other kinds.
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            // `.jpe` and `.jfif` are what Windows and browsers save now and then.
            Jpeg => &["jpeg", "jpg", "jpe", "jfif"],
            Png => &["png", "apng"],
            WebP => &["webp"],
            Gif => &["gif"],
            Tiff => &["tiff", "tif"],
            Bmp => &["bmp", "dib"],
            Ico => &["ico"],
            Pnm => &["pnm", "ppm", "pgm", "pbm", "pam"],
            Qoi => &["qoi"],
            Tga => &["tga"],
            _ => &[],
        }
    }

    /// Its name alone, in few letters.
    pub const fn name(self) -> &'static str {
        match self {
            Jpeg => "JPEG",
            Png => "PNG",
            WebP => "WebP",
            Gif => "GIF",
            Tiff => "TIFF",
            Bmp => "BMP",
            Ico => "ICO",
            Pnm => "PNM",
            Qoi => "QOI",
            Tga => "TGA",
            Avif => "AVIF",
            Heic => "HEIC",
            JpegXl => "JPEG XL",
            Jpeg2000 => "JPEG 2000",
            Photoshop => "Photoshop",
            Svg => "SVG",
            Film => "film",
            Pdf => "PDF",
            Archive => "archive",
            Html => "HTML",
            LfsPointer => "Git LFS pointer",
            AppleDouble => "AppleDouble",
            Text => "text",
            Empty | Zeros | Unknown => "unknown",
        }
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Jpeg => "a JPEG",
            Png => "a PNG",
            WebP => "a WebP picture",
            Gif => "a GIF",
            Tiff => "a TIFF",
            Bmp => "a BMP",
            Ico => "an icon (ICO)",
            Pnm => "a PNM",
            Qoi => "a QOI picture",
            Tga => "a TGA picture",
            Avif => "an AVIF picture",
            Heic => "a HEIC picture",
            JpegXl => "a JPEG XL picture",
            Jpeg2000 => "a JPEG 2000 picture",
            Photoshop => "a Photoshop file",
            Svg => "an SVG drawing",
            Film => "a film",
            Pdf => "a PDF",
            Archive => "an archive (ZIP or the like)",
            Html => "HTML, perhaps the error page of a web server",
            LfsPointer => "a Git LFS pointer; \"git lfs pull\" fetches the picture",
            AppleDouble => "what macOS keeps beside a file (AppleDouble)",
            Text => "text",
            Empty => "empty",
            Zeros => "nothing but zeros",
            Unknown => "unknown",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_the_first_bytes() {
        let bitmap = b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0";
        for (bytes, kind) in [
            (&b"\xFF\xD8\xFF\xE0\0\x10JFIF"[..], Jpeg),
            (b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", Png),
            (b"RIFF\x24\0\0\0WEBPVP8 ", WebP),
            (b"RIFF\x24\0\0\0AVI LIST", Film),
            (b"RIFF\x24\0\0\0WAVEfmt ", Unknown),
            (b"GIF89a\x01\0\x01\0", Gif),
            (b"II*\0\x08\0\0\0", Tiff),
            (bitmap, Bmp),
            (b"BM, as in Bavaria Motors", Text),
            (b"\0\0\x01\0\x01\0\x10\x10", Ico),
            (b"P6\n4 4\n255\n", Pnm),
            (b"P60 is none", Text),
            (b"qoif\0\0\0\x01", Qoi),
            (b"\0\0\0\x1Cftypavif\0\0\0\0mif1miaf", Avif),
            (b"\0\0\0\x1Cftypmif1\0\0\0\0mif1avif", Avif),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Heic),
            (b"\0\0\0\x18ftypisom\0\0\x02\0isomavc1", Film),
            (b"\0\0\0\x14ftypqt  \0\0\x02\0qt  ", Film),
            (b"\xFF\x0A\xFA\x7F", JpegXl),
            (b"%PDF-1.7\n", Pdf),
            (b"PK\x03\x04\x14\0", Archive),
            (b"\n <!DOCTYPE HTML>\n<html>", Html),
            (b"\xEF\xBB\xBF<html lang=en>", Html),
            (b"<?xml version=\"1.0\"?>\n<svg xmlns=", Svg),
            (b"<?xml version=\"1.0\"?>\n<rss>", Text),
            (
                b"version https://git-lfs.github.com/spec/v1\noid",
                LfsPointer,
            ),
            ("größer".as_bytes(), Text),
            (b"gr\xC3", Text),
            (b"no picture\0", Unknown),
            (b"", Empty),
            (&[0; 4096], Zeros),
            (b"\0\0\0\0\x01", Unknown),
        ] {
            assert_eq!(FileKind::of(bytes), kind, "{}", bytes.escape_ascii());
            for end in 0..bytes.len() {
                // Whatever it is, it must not panic.
                let _ = FileKind::of(&bytes[..end]);
            }
        }
    }
}
