//! How much of a picture's file has to be read, told while it is being read.

use crate::picture::colour::Colours;
use crate::picture::decode_plan::{DecodePlan, Facts};
use crate::picture::foreign;
use crate::picture::jpeg::{Coding, Error, Header, Reach};
use crate::picture::options::Options;
use crate::picture::sniff::FileKind;
use crate::picture::variant::Variant;

/// How much of a picture's file its thumbnails need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// At least this many bytes from its beginning; then ask again.
    UpTo(usize),
    /// All of it.
    All,
    /// The file itself, which is read where it is needed: [`Thumbnailer::thumbnails_from`].
    ///
    /// [`Thumbnailer::thumbnails_from`]: crate::Thumbnailer::thumbnails_from
    File,
    /// No more than is there: the thumbnails are the same as with everything that follows, errors included.
    Enough,
}

/// If the header isn't whole by then, the file is read to its end: profiles for print have half a megabyte.
const LONGEST_HEADER: usize = 1 << 20;

/// A picture whose file is being read.
#[derive(Debug)]
pub struct Reading<'t> {
    options: &'t Options,
    colours: &'t mut Colours,
    variants: &'t [Variant],
    state: State,
}

#[derive(Debug)]
enum State {
    /// The header isn't whole.
    Header,
    /// It is a progressive JPEG's.
    Scans(Box<Reach>),
    /// Nothing but the whole file will do.
    All,
    /// It is no JPEG, and most others are decoded while they are read.
    File,
}

impl<'t> Reading<'t> {
    pub(crate) fn new(
        options: &'t Options,
        colours: &'t mut Colours,
        variants: &'t [Variant],
    ) -> Self {
        Self {
            options,
            colours,
            variants,
            state: State::Header,
        }
    }

    /// Forgets the picture: it is read from its beginning again.
    pub fn start_over(&mut self) {
        self.state = State::Header;
    }

    /// What is needed, given `bytes`, the beginning of the file. Ask again with more of them as long as the answer is
    /// [`Need::UpTo`].
    pub fn need(&mut self, bytes: &[u8]) -> Need {
        if matches!(self.state, State::Header) {
            self.state = if foreign::Format::of(FileKind::begun(bytes)).is_some() {
                State::File
            } else {
                match self.reach(bytes) {
                    Err(Error::Truncated { .. }) if bytes.len() < LONGEST_HEADER => State::Header,
                    Ok(Some(reach)) => State::Scans(Box::new(reach)),
                    // The decode will say what is wrong.
                    Ok(None) | Err(_) => State::All,
                }
            };
        }
        let more = Need::UpTo(bytes.len() + 1);
        match &mut self.state {
            State::Header => more,
            State::Scans(reach) => match reach.is_within(bytes) {
                true => Need::Enough,
                false => more,
            },
            State::All => Need::All,
            State::File => Need::File,
        }
    }

    /// How far the picture that begins with `bytes` has to be read; `None` if to its end.
    fn reach(&mut self, bytes: &[u8]) -> Result<Option<Reach>, Error> {
        let kind = FileKind::of(bytes);
        if kind != FileKind::Jpeg && kind.is_certain() {
            return Ok(None);
        }
        let header = Header::parse(bytes)?;
        if header.coding() != Coding::Progressive {
            return Ok(None);
        }
        let (facts, _) = Facts::of_jpeg(&header, self.colours);
        let (mut plan, _) = DecodePlan::new(facts, self.options, self.variants);
        Ok(header.reach(&plan.scales(header.components())))
    }
}
