//! Planes -> blocks of eight by eight samples.

use super::component::Component;

/// Eight rows of samples.
pub(super) type Samples = [[u8; 8]; 8];

/// The samples of a component.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plane<'a> {
    samples: &'a [u8],
    width: usize,
    height: usize,
}

impl<'a> Plane<'a> {
    pub(super) fn new(component: &Component<'a>) -> Self {
        Self {
            samples: component.samples,
            width: component.size.0,
            height: component.size.1,
        }
    }

    /// The block at a place.
    #[inline(always)]
    pub(super) fn block(&self, (x, y): (usize, usize)) -> Samples {
        let (left, top) = (8 * x, 8 * y);
        if left + 8 > self.width || top + 8 > self.height {
            return self.block_at_edge(left, top);
        }
        let mut block = Samples::default();
        let samples = &self.samples[top * self.width..];
        for (y, row) in block.iter_mut().enumerate() {
            row.copy_from_slice(&samples[y * self.width + left..][..8]);
        }
        block
    }

    /// A block that reaches beyond the plane, where the plane's last column and row are repeated (T.81 A.2.4).
    #[inline(never)]
    fn block_at_edge(&self, left: usize, top: usize) -> Samples {
        std::array::from_fn(|y| {
            let row = (top + y).min(self.height - 1) * self.width;
            std::array::from_fn(|x| self.samples[row + (left + x).min(self.width - 1)])
        })
    }
}
