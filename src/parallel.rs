//! The one door to threads: fixed pieces of work, results in their order. Without the feature `rayon` the same
//! pieces are worked one after the other, so that results are equal bit for bit.

/// The results of `work` for 0, 1, … `count` − 1, in this order.
pub(crate) fn map<R: Send>(count: usize, work: impl Fn(usize) -> R + Send + Sync) -> Vec<R> {
    #[cfg(feature = "rayon")]
    {
        use rayon::prelude::*;
        (0..count).into_par_iter().map(work).collect()
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
