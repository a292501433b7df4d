//! Cores of their own for the program and for the server, which stands for another machine.

#[cfg(target_os = "linux")]
use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    unistd::Pid,
};

/// Which half of the cores.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Half {
    Programs,
    Servers,
}

/// Keeps this thread, and the threads and processes that it starts from now on, on `half` of the cores that it may use;
/// on all of them if there is one, or no way to say so.
pub(crate) fn stay_on(half: Half) {
    #[cfg(target_os = "linux")]
    {
        let this = Pid::from_raw(0);
        let may_use = sched_getaffinity(this).expect("the system tells");
        let cores: Vec<usize> = (0..CpuSet::count())
            .filter(|core| may_use.is_set(*core) == Ok(true))
            .collect();
        if cores.len() > 1 {
            let (programs, servers) = cores.split_at(cores.len() / 2);
            let own = match half {
                Half::Programs => programs,
                Half::Servers => servers,
            };
            let mut set = CpuSet::new();
            for core in own {
                set.set(*core).expect("a core's number");
            }
            sched_setaffinity(this, &set).expect("these cores may be used");
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = half;
}
