//! Work on fixed chunks: in order without the feature `rayon`, on all threads with it, with the same results bit
//! for bit, because chunks and the order of their results do not depend on the number of threads.

use std::{
    ops::ControlFlow,
    sync::{Mutex, PoisonError},
};

use crate::progress::Progress;

/// Applies `f` to consecutive chunks of `size` items; results come in the order of the chunks.
pub(crate) fn map_chunks<T: Sync, R: Send>(items: &[T], size: usize, f: impl Fn(&[T]) -> R + Sync + Send) -> Vec<R> {
    #[cfg(feature = "rayon")]
    {
        use rayon::prelude::*;
        items.par_chunks(size).map(f).collect()
    }
    #[cfg(not(feature = "rayon"))]
    items.chunks(size).map(f).collect()
}

/// Applies `f` to every item; results come in the order of the items.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], f: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    #[cfg(feature = "rayon")]
    {
        use rayon::prelude::*;
        items.par_iter().with_min_len(256).map(f).collect()
    }
    #[cfg(not(feature = "rayon"))]
    items.iter().map(f).collect()
}

/// Sorts; equal items are the same to the last bit, so that the result does not depend on threads.
pub(crate) fn sort<T: Ord + Send>(items: &mut [T]) {
    #[cfg(feature = "rayon")]
    {
        use rayon::prelude::*;
        items.par_sort_unstable();
    }
    #[cfg(not(feature = "rayon"))]
    items.sort_unstable();
}

/// Sorts by `compare`; items that compare equal are interchangeable, so that the result does not depend on threads.
pub(crate) fn sort_by<T: Send>(items: &mut [T], compare: impl Fn(&T, &T) -> std::cmp::Ordering + Sync) {
    #[cfg(feature = "rayon")]
    {
        use rayon::prelude::*;
        items.par_sort_unstable_by(compare);
    }
    #[cfg(not(feature = "rayon"))]
    items.sort_unstable_by(compare);
}

/// The results of `work` for 0, 1, … `count` − 1, in this order.
pub(crate) fn map_indices<R: Send>(count: usize, work: impl Fn(usize) -> R + Send + Sync) -> Vec<R> {
    #[cfg(feature = "rayon")]
    {
        use rayon::prelude::*;
        (0..count).into_par_iter().map(work).collect()
    }
    #[cfg(not(feature = "rayon"))]
    (0..count).map(work).collect()
}

/// The results of quick `work` for 0, 1, … `count` − 1, in this order.
pub(crate) fn map_range<R: Send>(count: usize, work: impl Fn(usize) -> R + Send + Sync) -> Vec<R> {
    #[cfg(feature = "rayon")]
    {
        use rayon::prelude::*;
        (0..count).into_par_iter().with_min_len(4096).map(work).collect()
    }
    #[cfg(not(feature = "rayon"))]
    (0..count).map(work).collect()
}

/// The results of two pieces of work.
pub(crate) fn join<A: Send, B: Send>(a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
    #[cfg(feature = "rayon")]
    return rayon::join(a, b);
    #[cfg(not(feature = "rayon"))]
    (a(), b())
}

/// The results of `work` for 0, 1, … `count` − 1, in this order, telling `observer` after each; how far the work had
/// come when it asked to stop before the end, even if other threads have come to the end meanwhile.
pub(crate) fn map_observed<R: Send>(
    count: usize,
    work: impl Fn(usize) -> R + Send + Sync,
    observer: impl FnMut(Progress) -> ControlFlow<()> + Send,
) -> Result<Vec<R>, Progress> {
    let told = Mutex::new((Progress { done: 0, of: count }, None, observer));
    let asked = || told.lock().unwrap_or_else(PoisonError::into_inner).1.is_some();
    let results = map_indices(count, |index| {
        if asked() {
            return None;
        }
        let result = work(index);
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        let (progress, asked, observer) = &mut *told;
        progress.done += 1;
        if asked.is_none() && observer(*progress).is_break() {
            *asked = Some(*progress);
        }
        Some(result)
    });
    let (progress, asked, _) = told.into_inner().unwrap_or_else(PoisonError::into_inner);
    match asked.filter(|asked| asked.done < count) {
        Some(asked) => Err(asked),
        None => results.into_iter().collect::<Option<_>>().ok_or(progress),
    }
}
