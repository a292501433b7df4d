//! Memory that a worker keeps.

/// The most bytes that a buffer keeps. A worker goes through buffer after buffer with each picture: were none let go,
/// it would hold the largest that each has ever been, all at once.
pub(crate) const KEPT: usize = 1 << 20;

/// What is left of a buffer that is let go. Large ones are mappings of their own for glibc, which can grow and shrink
/// where they are. Once one was freed, it takes blocks of that size from a heap instead, where pictures of many sizes
/// leave gaps: a tenth of all memory.
const LEFT: usize = 64 << 10;

/// Lets go of a large buffer that is no longer needed.
pub(crate) fn let_go<T>(buffer: &mut Vec<T>) {
    let_go_above(KEPT, buffer);
}

/// Lets go of a buffer of more than `most` bytes that is no longer needed.
pub(crate) fn let_go_above<T>(most: usize, buffer: &mut Vec<T>) {
    if buffer.capacity() * size_of::<T>() > most {
        buffer.clear();
        buffer.shrink_to(LEFT / size_of::<T>());
    }
}

/// Lets go of a buffer of more than `most` bytes if less than half of it is needed next.
pub(crate) fn let_go_for<T>(most: usize, buffer: &mut Vec<T>, needed: usize) {
    if buffer.capacity() / 2 > needed {
        let_go_above(most, buffer);
    }
}
