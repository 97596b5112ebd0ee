//! Counts what a process allocates that has `stats_alloc::INSTRUMENTED_SYSTEM` as its global allocator.

use stats_alloc::{INSTRUMENTED_SYSTEM, Region};

/// How often `work` allocates, or changes the size of an allocation.
pub fn allocations(work: impl FnOnce()) -> usize {
    let region = Region::new(&INSTRUMENTED_SYSTEM);
    work();
    let change = region.change();
    change.allocations + change.reallocations
}
