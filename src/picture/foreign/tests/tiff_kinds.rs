//! Which of the many kinds of TIFF are decoded, and what is said of the others.

use super::super::{Error, Format};
use super::decode;
use super::encoders as encode;

#[test]
fn samples_that_end_within_a_byte_are_unpacked_where_that_makes_sense() {
    let tiff = |bits, samples, planar, tile| {
        let mut tags = encode::grey_tags(16, 4);
        tags[2].1 = bits;
        tags[5].1 = samples;
        if samples > 1 {
            tags.push((284, planar));
        }
        if tile > 0 {
            tags.retain(|(tag, _)| *tag != 278);
            tags.extend([(322, tile), (323, 4)]);
        }
        decode(
            Format::Tiff,
            &encode::tiff_by_hand(&tags, &[0x5A; 4000]),
            1.0,
        )
    };
    for bits in [1, 2, 4, 8] {
        assert!(tiff(bits, 1, 1, 0).is_ok(), "{bits} bits");
    }
    for bits in [3, 5, 6, 7] {
        let error = tiff(bits, 1, 1, 0).unwrap_err();
        assert!(
            matches!(error, Error::Unsupported(_)),
            "{bits} bits: {error}"
        );
    }
    for planar in [1, 2] {
        for bits in [1, 2, 4] {
            let error = tiff(bits, 2, planar, 0).unwrap_err();
            assert!(
                matches!(error, Error::Unsupported(_)),
                "{bits} bits: {error}"
            );
        }
    }
    let error = tiff(1, 1, 1, 12).unwrap_err();
    assert!(error.is_damage(), "{error}");
}

#[test]
fn a_tiff_of_countless_samples_is_refused() {
    let mut tags = encode::grey_tags(200_000_000, 1);
    tags[2].1 = 16;
    tags[5].1 = 65_535;
    let error = decode(Format::Tiff, &encode::tiff_by_hand(&tags, &[0; 100]), 0.01);
    assert!(
        matches!(&error, Err(Error::Unsupported(what)) if what.contains("65535 samples")),
        "{error:?}"
    );
}

#[test]
fn colours_that_no_crate_decodes_are_named() {
    for (photometric, named) in [(3, "TIFF with a palette"), (8, "TIFF in CIE L*a*b*")] {
        let mut tags = encode::grey_tags(4, 1);
        tags[4].1 = photometric;
        let error = decode(Format::Tiff, &encode::tiff_by_hand(&tags, &[0; 4]), 1.0).unwrap_err();
        assert_eq!(error.to_string(), format!("{named} is not supported"));
    }
}
