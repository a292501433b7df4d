//! Scan scripts: which components, bands and bits each scan of a stream carries.

use super::picture::Picture;
use super::progressive::Band;
use super::samples::Rng;

/// One scan: components by place in the frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    pub components: Vec<usize>,
    pub band: Band,
}

impl Scan {
    fn new(components: &[usize], first: usize, last: usize, high: u32, low: u32) -> Self {
        Self {
            components: components.to_vec(),
            band: Band {
                first,
                last,
                high,
                low,
            },
        }
    }
}

/// Sequential, all components in one scan.
pub fn interleaved(picture: &Picture) -> Vec<Scan> {
    let all: Vec<_> = (0..picture.components.len()).collect();
    vec![Scan::new(&all, 0, 63, 0, 0)]
}

/// Sequential, a scan for each component.
pub fn separate(picture: &Picture) -> Vec<Scan> {
    (0..picture.components.len())
        .map(|component| Scan::new(&[component], 0, 63, 0, 0))
        .collect()
}

/// Progressive, much like libjpeg's own: DC without its last bit, two bands, then refinements.
pub fn usual(picture: &Picture) -> Vec<Scan> {
    let all: Vec<_> = (0..picture.components.len()).collect();
    let each = |first, last, high, low| {
        all.iter()
            .map(move |&c| Scan::new(&[c], first, last, high, low))
    };
    let mut scans = vec![Scan::new(&all, 0, 0, 0, 1)];
    scans.extend(each(1, 5, 0, 2));
    scans.extend(each(6, 63, 0, 2));
    scans.extend(each(1, 63, 2, 1));
    scans.push(Scan::new(&all, 0, 0, 1, 0));
    scans.extend(each(1, 63, 1, 0));
    scans
}

/// Progressive, anything that T.81 G.1.1.1 allows: each component's DC before its bands, each bit after the one above
/// it. Refinements need not keep to the bands of the first scans.
pub fn random(picture: &Picture, rng: &mut Rng) -> Vec<Scan> {
    let all: Vec<_> = (0..picture.components.len()).collect();
    let mut scans = Vec::new();
    let groups: Vec<Vec<usize>> = match rng.below(3) {
        0 => all.iter().map(|&c| vec![c]).collect(),
        1 if all.len() > 2 => vec![all[..1].to_vec(), all[1..].to_vec()],
        _ => vec![all.clone()],
    };
    // Threads of scans that must keep their order; which thread goes next is left to chance.
    let mut threads = Vec::new();
    for group in &groups {
        let low = rng.below(4) as u32;
        scans.push(Scan::new(group, 0, 0, 0, low));
        threads.push(
            (0..low)
                .rev()
                .map(|low| Scan::new(group, 0, 0, low + 1, low))
                .collect(),
        );
    }
    for component in all {
        threads.push(bands(component, rng));
    }
    while !threads.is_empty() {
        let next = rng.below(threads.len());
        if threads[next].is_empty() {
            threads.swap_remove(next);
        } else {
            scans.push(threads[next].remove(0));
        }
    }
    scans
}

/// All AC scans of one component.
fn bands(component: usize, rng: &mut Rng) -> Vec<Scan> {
    let top = rng.below(4) as u32;
    let mut scans = Vec::new();
    for (first, last) in cuts(rng) {
        scans.push(Scan::new(&[component], first, last, 0, top));
    }
    for low in (0..top).rev() {
        scans.extend(
            cuts(rng)
                .into_iter()
                .map(|(first, last)| Scan::new(&[component], first, last, low + 1, low)),
        );
    }
    scans
}

/// Cuts 1..=63 into bands.
fn cuts(rng: &mut Rng) -> Vec<(usize, usize)> {
    let mut bands = Vec::new();
    let mut first = 1;
    while first < 64 {
        let last = if rng.below(3) == 0 {
            63
        } else {
            first + rng.below(64 - first)
        };
        bands.push((first, last));
        first = last + 1;
    }
    bands
}
