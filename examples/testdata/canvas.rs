//! A canvas to draw on, in whole numbers only, so that every machine draws the same.

/// Red, green, blue.
pub(crate) type Rgb = [u8; 3];

/// A picture in the making.
pub(crate) struct Canvas {
    pub(crate) width: i32,
    pub(crate) height: i32,
    pixels: Vec<Rgb>,
}

impl Canvas {
    /// A picture whose pixel at each place is what `colour` says.
    pub(crate) fn new(width: i32, height: i32, colour: impl Fn(i32, i32) -> Rgb) -> Self {
        let pixels = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .map(|(x, y)| colour(x, y))
            .collect();
        Self {
            width,
            height,
            pixels,
        }
    }

    /// Paints every pixel that is `inside`.
    pub(crate) fn paint(&mut self, colour: Rgb, inside: impl Fn(i32, i32) -> bool) {
        self.shade(|x, y, before| if inside(x, y) { colour } else { before });
    }

    /// Changes every pixel to what `colour` makes of it.
    pub(crate) fn shade(&mut self, colour: impl Fn(i32, i32, Rgb) -> Rgb) {
        for y in 0..self.height {
            for x in 0..self.width {
                let pixel = &mut self.pixels[(y * self.width + x) as usize];
                *pixel = colour(x, y, *pixel);
            }
        }
    }

    /// The grain of a film: a little noise, so that the picture compresses as photographs do.
    pub(crate) fn grain(&mut self, strength: i32) {
        self.shade(|x, y, before| {
            let noise = (hash(x, y) % (2 * strength as u32 + 1)) as i32 - strength;
            before.map(|sample| (i32::from(sample) + noise).clamp(0, 255) as u8)
        });
    }

    /// The picture lying on its left side, as a phone that is held upright stores it; orientation 6 (row 0 is the right
    /// side, column 0 the top) turns it back.
    pub(crate) fn on_its_side(&self) -> Self {
        Self::new(self.height, self.width, |x, y| {
            self.pixels[(x * self.width + self.width - 1 - y) as usize]
        })
    }

    /// Red, green, blue, red, green, blue ...
    pub(crate) fn rgb(&self) -> Vec<u8> {
        self.pixels.concat()
    }

    /// Brightness alone.
    pub(crate) fn grey(&self) -> Vec<u8> {
        let grey = |[r, g, b]: &Rgb| {
            (u32::from(*r) * 299 + u32::from(*g) * 587 + u32::from(*b) * 114 + 500) / 1000
        };
        self.pixels.iter().map(|pixel| grey(pixel) as u8).collect()
    }

    /// Cyan, magenta, yellow, black by the plainest formula.
    pub(crate) fn cmyk(&self) -> Vec<u8> {
        let cmyk = |rgb: &Rgb| {
            let [c, m, y] = rgb.map(|sample| 255 - sample);
            let k = c.min(m).min(y);
            [c - k, m - k, y - k, k]
        };
        self.pixels.iter().flat_map(cmyk).collect()
    }
}

/// `a` at 0, `b` at `steps`.
pub(crate) fn between(a: Rgb, b: Rgb, step: i32, steps: i32) -> Rgb {
    let step = step.clamp(0, steps);
    std::array::from_fn(|i| {
        (i32::from(a[i]) + (i32::from(b[i]) - i32::from(a[i])) * step / steps) as u8
    })
}

/// Whether (`x`, `y`) is in the ellipse around (`cx`, `cy`).
pub(crate) fn in_ellipse(x: i32, y: i32, (cx, cy): (i32, i32), (rx, ry): (i32, i32)) -> bool {
    let [x, y, rx, ry] = [x - cx, y - cy, rx, ry].map(i64::from);
    (x * ry).pow(2) + (y * rx).pow(2) <= (rx * ry).pow(2)
}

/// Whether (`x`, `y`) is in the triangle with its base of width `base` centred below (`cx`, `top`).
pub(crate) fn in_triangle(x: i32, y: i32, (cx, top): (i32, i32), base: i32, height: i32) -> bool {
    (0..height).contains(&(y - top)) && (x - cx).abs() * 2 * height <= (y - top) * base
}

/// Something like a sine of height `size`: parabolas joined.
pub(crate) fn wave(x: i32, period: i32, size: i32) -> i32 {
    let half = period / 2;
    let at = x.rem_euclid(half);
    let arch = 4 * size * at / half * (half - at) / half;
    if x.rem_euclid(period) < half {
        arch
    } else {
        -arch
    }
}

/// A number that looks random.
pub(crate) fn hash(x: i32, y: i32) -> u32 {
    let mut state = (x as u32).wrapping_mul(0x9E37_79B9) ^ (y as u32).wrapping_mul(0x85EB_CA6B);
    for _ in 0..2 {
        state ^= state >> 15;
        state = state.wrapping_mul(0x2C1B_3C6D);
    }
    state ^ (state >> 13)
}
