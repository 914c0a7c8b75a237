//! Groups of states that all lead to each other.

use crate::units::Weights;

/// The groups, each in ascending order.
///
/// Kosaraju's algorithm (Sharir 1981, Computers and Mathematics with Applications 7), without recursion: states in the order
/// in which a walk along the moves is done with them, gathered from the last by walks against the moves.
pub(super) fn strongly_connected(rows: &[Weights]) -> Vec<Vec<usize>> {
    let leads = |from: usize, to: usize| rows[from].as_slice()[to] > 0.0;
    let mut seen = vec![false; rows.len()];
    let mut done = Vec::with_capacity(rows.len());
    for start in 0..rows.len() {
        walk(start, &mut seen, &mut done, leads);
    }
    let mut gathered = vec![false; rows.len()];
    let mut classes = Vec::new();
    for &start in done.iter().rev() {
        let mut class = Vec::new();
        walk(start, &mut gathered, &mut class, |to, from| leads(from, to));
        class.sort_unstable();
        classes.push(class);
    }
    classes.retain(|class| !class.is_empty());
    classes
}

/// All states not yet seen that follow, each noted when all that follows from it is.
fn walk(start: usize, seen: &mut [bool], done: &mut Vec<usize>, leads: impl Fn(usize, usize) -> bool) {
    if seen[start] {
        return;
    }
    seen[start] = true;
    // Each state with the first of its moves that is still to be tried.
    let mut path = vec![(start, 0)];
    while let Some((from, next)) = path.last_mut() {
        let from = *from;
        if let Some(to) = (*next..seen.len()).find(|&to| !seen[to] && leads(from, to)) {
            *next = to + 1;
            seen[to] = true;
            path.push((to, 0));
        } else {
            done.push(from);
            path.pop();
        }
    }
}
