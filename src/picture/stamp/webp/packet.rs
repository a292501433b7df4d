//! The XMP packet (ISO 16684-1, 7.3 and 7.4) around a stamp.

/// What comes before the stamp.
pub(super) const BEFORE: &str = "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\
    <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
    <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
    <rdf:Description rdf:about=\"\" xmlns:thumbgen=\"urn:thumbgen\" thumbgen:stamp=\"";

/// What follows it.
#[cfg(feature = "webp")]
pub(super) const AFTER: &str = "\"/></rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>";
