//! Memory that a worker keeps.

/// The most bytes that a buffer keeps. A worker goes through buffer after buffer with each picture: were none let go,
/// it would hold the largest that each has ever been, all at once.
const KEPT: usize = 1 << 20;

/// Lets go of a large buffer that is no longer needed.
pub(crate) fn let_go<T>(buffer: &mut Vec<T>) {
    if buffer.capacity() * size_of::<T>() > KEPT {
        *buffer = Vec::new();
    }
}

/// Lets go of a large buffer if less than half of it is needed next.
pub(crate) fn let_go_for<T>(buffer: &mut Vec<T>, needed: usize) {
    if buffer.capacity() / 2 > needed {
        let_go(buffer);
    }
}
