//! Pictures at any scale, strictly and not: no panic, planes of the sizes that header and scale give, offsets within
//! the data, leniency that changes nothing where none is needed, and the same of a picture that is read only as far as
//! the scales need it, or decoded in lanes.
//!
//! The last byte chooses the scale of the first component and that of the others, and whether last bits are done
//! without. A JPEG with that byte appended is still a JPEG, and so a good seed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;
use thumbgen::picture::jpeg::{Error, Header, Limits, Planes, Scale, Scales, Scratch};

const STRICT: Limits = Limits {
    max_pixels: 1 << 16,
    max_memory: 1 << 20,
    allow_damaged: false,
};
const LENIENT: Limits = Limits {
    allow_damaged: true,
    ..STRICT
};

thread_local! {
    /// Kept from run to run, as in a worker: building tables would take most of the time.
    static SCRATCH: RefCell<[Scratch; 4]> =
        RefCell::new([usize::MAX, usize::MAX, usize::MAX, 0].map(Scratch::with_lanes_from));
}

fuzz_target!(|bytes: &[u8]| SCRATCH.with_borrow_mut(|scratch| fuzz(bytes, scratch)));

fn fuzz(bytes: &[u8], [scratch, other, third, in_lanes]: &mut [Scratch; 4]) {
    let Some(&choice) = bytes.last() else { return };
    let scale = |bits: u8| Scale::new(1 + (bits & 7)).expect("1 to 8");
    let mut scales = Scales::uniform(scale(choice >> 3));
    scales.set(0, scale(choice));
    if choice >> 6 & 1 == 1 {
        scales = scales.without_last_bits();
    }
    let Ok(header) = Header::parse(bytes) else {
        return;
    };
    let strict = header.clone().decode(&scales, &STRICT, scratch);
    let lenient = header.clone().decode(&scales, &LENIENT, other);
    match (&strict, &lenient) {
        (Ok(strict), Ok(lenient)) => assert_eq!(strict, lenient),
        (Ok(_), Err(error)) => panic!("leniency refuses: {error}"),
        (Err(error), Ok(lenient)) => assert!(lenient.damage().is_some(), "{error}"),
        (Err(_), Err(_)) => {}
    }
    for (limits, whole) in [(&STRICT, &strict), (&LENIENT, &lenient)] {
        assert_eq!(&header.clone().decode(&scales, limits, in_lanes), whole);
        if let Some(header) = begun(bytes, &scales, bytes.len() % 61 + 1) {
            assert_eq!(&header.decode(&scales, limits, third), whole);
        }
    }
    check(&header, &scales, &strict, bytes.len() as u64);
    check(&header, &scales, &lenient, bytes.len() as u64);
}

/// The header of a progressive picture that was read only as far as the scales need it, `part` bytes at a time.
fn begun<'a>(bytes: &'a [u8], scales: &Scales, part: usize) -> Option<Header<'a>> {
    let mut parts = (part..bytes.len()).step_by(part).map(|end| &bytes[..end]);
    let (read, header) = parts.find_map(|read| Some((read, Header::parse(read).ok()?)))?;
    let mut reach = header.reach(scales)?;
    let read = [read]
        .into_iter()
        .chain(parts)
        .find(|read| reach.is_within(read))?;
    Some(Header::parse(read).expect("it was parsed before"))
}

fn check(header: &Header, scales: &Scales, result: &Result<Planes, Error>, length: u64) {
    match result {
        Ok(planes) => {
            assert_eq!(planes.len(), header.components().len());
            for (i, (plane, component)) in planes.iter().zip(header.components()).enumerate() {
                let n = scales.get(i).n() as f64;
                let extent = (component.size.0 * n / 8.0, component.size.1 * n / 8.0);
                assert_eq!(plane.samples.len(), plane.width * plane.height);
                assert_eq!(plane.extent, extent);
                assert!((plane.width as f64 - extent.0).abs() < 1.0);
                assert!((plane.height as f64 - extent.1).abs() < 1.0);
            }
        }
        Err(
            Error::Format { offset, .. }
            | Error::Truncated { offset }
            | Error::Damaged { offset, .. },
        ) => assert!(*offset <= length, "{offset} of {length}"),
        Err(_) => {}
    }
}
