//! Planes the way they are stored -> the right way up.

/// How a picture is stored, by EXIF's number (Exif 2.32, 4.6.5.1.6): what has to be done to see it upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Orientation(u8);

impl Orientation {
    pub(crate) const UPRIGHT: Self = Self(1);

    /// One of those whose rows are the columns that are seen.
    pub(crate) const TURNED: Self = Self(6);

    /// The orientation with EXIF's `number`; `None` if there is no such orientation.
    pub(crate) fn from_exif(number: u32) -> Option<Self> {
        u8::try_from(number)
            .ok()
            .filter(|number| (1..=8).contains(number))
            .map(Self)
    }

    /// EXIF's number, 1 to 8.
    pub(crate) fn exif(self) -> u8 {
        self.0
    }

    /// Whether the stored rows are read from right to left.
    pub(crate) fn mirrors_rows(self) -> bool {
        matches!(self.0, 2 | 3 | 7 | 8)
    }

    /// Whether the stored columns are read from the bottom up.
    pub(crate) fn mirrors_columns(self) -> bool {
        matches!(self.0, 3 | 4 | 6 | 7)
    }

    /// Whether stored rows become columns (after any mirroring).
    pub(crate) fn transposes(self) -> bool {
        self.0 >= 5
    }

    /// Width and height, stored or upright, turned into the other.
    pub(crate) fn turned<T>(self, (width, height): (T, T)) -> (T, T) {
        if self.transposes() {
            (height, width)
        } else {
            (width, height)
        }
    }

    /// Puts the plane `stored`, of `width` samples per row, upright into `upright`.
    pub(crate) fn apply(self, stored: &[u8], width: usize, upright: &mut Vec<u8>) {
        upright.clear();
        upright.reserve(stored.len());
        let height = stored.len() / width;
        if self.transposes() {
            for column in 0..width {
                let column = if self.mirrors_rows() {
                    width - 1 - column
                } else {
                    column
                };
                let samples = stored[column..].iter().step_by(width);
                if self.mirrors_columns() {
                    upright.extend(samples.rev());
                } else {
                    upright.extend(samples);
                }
            }
        } else {
            for row in 0..height {
                let row = if self.mirrors_columns() {
                    height - 1 - row
                } else {
                    row
                };
                let samples = &stored[row * width..][..width];
                if self.mirrors_rows() {
                    upright.extend(samples.iter().rev());
                } else {
                    upright.extend_from_slice(samples);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same letter F in all the ways that EXIF knows, as its specification draws them.
    const STORED: [(&str, &str); 8] = [
        ("###|#..|##.|#..", "1"),
        ("###|..#|.##|..#", "2"),
        ("..#|.##|..#|###", "3"),
        ("#..|##.|#..|###", "4"),
        ("####|#.#.|#...", "5"),
        ("#...|#.#.|####", "6"),
        ("...#|.#.#|####", "7"),
        ("####|.#.#|...#", "8"),
    ];

    #[test]
    fn every_orientation_ends_upright() {
        for (picture, number) in STORED {
            let width = picture.find('|').unwrap();
            let stored: Vec<u8> = picture.bytes().filter(|&byte| byte != b'|').collect();
            let orientation = Orientation::from_exif(number.parse().unwrap()).unwrap();
            let mut upright = Vec::new();
            orientation.apply(&stored, width, &mut upright);
            assert_eq!(
                String::from_utf8(upright).unwrap(),
                "####..##.#..",
                "{number}"
            );
            assert_eq!(orientation.turned((width, stored.len() / width)), (3, 4));
        }
    }

    #[test]
    fn other_numbers_are_none() {
        for number in [0, 9, 257, u32::MAX] {
            assert_eq!(Orientation::from_exif(number), None);
        }
    }
}
