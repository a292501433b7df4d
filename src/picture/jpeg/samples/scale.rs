//! How small a picture may be decoded: the rule, and the reason for it.

/// A scale of N/8, N in 1..=8: each 8x8 block of the file becomes NxN samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scale(u8);

impl Scale {
    /// Full size.
    pub const FULL: Self = Self(8);

    /// How many times as long as the target's sides those of the decoded plane must be, at least.
    ///
    /// Scaling in the DCT domain is a block-wise low pass: near the plane's own Nyquist frequency it aliases. The
    /// resize that follows removes what lies above 1/GAP of that frequency. Measured against a full decode and
    /// Lanczos on photographs: a gap of 1.5 leaves 44.7 dB at 1/8 and 46.3 dB at 3/8, far above what encoding at
    /// quality 75 keeps (34 dB).
    pub const GAP: f64 = 1.5;

    /// The scale n/8, or `None` if n isn't in 1..=8.
    pub const fn new(n: u8) -> Option<Self> {
        match n {
            1..=8 => Some(Self(n)),
            _ => None,
        }
    }

    /// The N of N/8.
    pub const fn n(self) -> usize {
        self.0 as usize
    }

    /// The smallest scale that leaves each side of a component at least [`GAP`](Self::GAP) times as long as the
    /// target's, or full size if there is none.
    ///
    /// Both sides must pass, so that the rule also serves targets that crop.
    pub fn for_target(component: (f64, f64), target: (u32, u32)) -> Self {
        let needed = |side: f64, target: u32| 8.0 * Self::GAP * f64::from(target) / side;
        let n = needed(component.0, target.0).max(needed(component.1, target.1));
        // An empty component gives infinity, or what is no number, which `max` leaves out and `clamp` would not.
        Self(n.max(1.0).ceil().min(8.0) as u8)
    }
}

/// Evaluates an expression with the constant `$N` at the number `$n` in 2..=8: the compiler then knows the bounds of
/// its loops.
macro_rules! at_constant {
    ($n:expr, $N:ident => $value:expr) => {
        $crate::picture::jpeg::samples::scale::at_constant!(@ $n, $N => $value; 2 3 4 5 6 7 8)
    };
    (@ $n:expr, $N:ident => $value:expr; $($number:literal)*) => {
        match $n {
            $($number => {
                const $N: usize = $number;
                $value
            })*
            _ => unreachable!("BUG: a scale of {}/8", $n),
        }
    };
}
pub(crate) use at_constant;

/// One [`Scale`] for each component, in the frame's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scales {
    of_components: [Scale; 4],
    last_bits: bool,
}

impl Scales {
    /// The same scale for all components.
    pub const fn uniform(scale: Scale) -> Self {
        Self {
            of_components: [scale; 4],
            last_bits: true,
        }
    }

    /// The same, without reading those last bits of a progressive picture's coefficients that have scans of their own
    /// and hardly show in a thumbnail whose sides are 1/[`GAP`](Scale::GAP) of the plane's.
    pub const fn without_last_bits(self) -> Self {
        Self {
            last_bits: false,
            ..self
        }
    }

    /// Sets one component's scale; an index beyond the fourth component has no effect.
    pub fn set(&mut self, component: usize, scale: Scale) {
        if let Some(entry) = self.of_components.get_mut(component) {
            *entry = scale;
        }
    }

    /// The scale of a component.
    pub fn get(&self, component: usize) -> Scale {
        let scale = self.of_components.get(component);
        scale.copied().unwrap_or(Scale::FULL)
    }

    /// Whether all last bits are read.
    pub(crate) fn needs_last_bits(&self) -> bool {
        self.last_bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_smallest_scale_that_leaves_the_gap_on_each_side() {
        for (size, target, n) in [
            ((4000.0, 3000.0), (128, 96), 1),
            ((1536.0, 1536.0), (128, 128), 1),
            ((1535.0, 1535.0), (128, 128), 2),
            ((500.0, 375.0), (128, 96), 4),
            ((512.0, 512.0), (128, 128), 3),
            ((512.0, 100.0), (128, 25), 3),
            ((512.0, 100.0), (128, 128), 8),
            ((192.0, 192.0), (128, 128), 8),
            ((1.0, 1.0), (128, 128), 8),
            ((0.0, 0.0), (1, 1), 8),
        ] {
            assert_eq!(
                Scale::for_target(size, target).n(),
                n,
                "{size:?} to {target:?}"
            );
        }
    }

    #[test]
    fn is_a_number_from_one_to_eight() {
        assert_eq!(Scale::new(0), None);
        assert_eq!(Scale::new(9), None);
        assert_eq!(Scale::new(8), Some(Scale::FULL));
    }
}
