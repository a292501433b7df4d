//! One job after the other on the calling thread.

pub(super) fn run<J, S>(
    jobs: impl Iterator<Item = J>,
    new_worker: &impl Fn() -> S,
    run: &impl Fn(&mut S, J),
) {
    let mut state = new_worker();
    for job in jobs {
        run(&mut state, job);
    }
}
