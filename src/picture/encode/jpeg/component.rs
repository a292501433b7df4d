//! The components of a picture.

/// A component of a picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Component<'a> {
    /// Row by row.
    pub(super) samples: &'a [u8],
    /// Width and height.
    pub(super) size: (usize, usize),
    /// The sampling factors (T.81 A.1.1), those of the first component being the largest.
    pub(super) factors: (usize, usize),
}

/// The kinds of components, each with tables of its own: 0 is luminance, the first component; 1 is chrominance, the
/// others.
pub(super) const KINDS: usize = 2;

pub(super) fn kind_of(component: usize) -> usize {
    component.min(KINDS - 1)
}
