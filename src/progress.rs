/// How far long work has come. Its observer answers [`Break`](std::ops::ControlFlow::Break) to stop it.
///
/// # Examples
///
/// ```
/// use std::ops::ControlFlow;
/// use customer_value::Progress;
///
/// // Goes on until half of the work is done.
/// let observer = |progress: Progress| {
///     if 2 * progress.done < progress.of { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
/// };
/// assert!(observer(Progress { done: 1, of: 4 }).is_continue());
/// assert!(observer(Progress { done: 2, of: 4 }).is_break());
/// ```
#[doc(alias = "进度")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Progress {
    /// Pieces of work that are done.
    pub done: usize,
    /// All pieces.
    pub of: usize,
}
