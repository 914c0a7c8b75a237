/// A mean of similarities that are all 0.7 is 0.7 less a rounding error, which is no reason to keep groups apart.
const ROUNDING: f64 = 1e-12;

/// The group of each item, numbered in the order of their first items.
///
/// `pairs` holds the similarities of item 1 to 0, of 2 to 0 and 1, and so on; `sizes`, how often each item is there.
/// Chains of nearest neighbours end at two groups that are each other's nearest: joining them at once gives the same
/// hierarchy as always joining the nearest two of all, since no group gets nearer by a union of others.
pub(super) fn average_linkage(pairs: Vec<f64>, sizes: Vec<f64>, at_least: f64) -> Vec<usize> {
    let mut groups = Groups { pairs, parent: (0..sizes.len()).collect(), open: vec![true; sizes.len()], sizes };
    let mut chain: Vec<usize> = Vec::new();
    while let Some(last) = chain.last().copied().or_else(|| groups.open.iter().position(|&open| open)) {
        if chain.is_empty() {
            chain.push(last);
        }
        let before = chain.len().checked_sub(2).map(|position| chain[position]);
        match groups.nearest(last, before) {
            // Groups below the least similarity only get less similar: nobody will join this one.
            Some((_, similarity)) if similarity < at_least - ROUNDING => groups.close(&mut chain, last),
            Some((next, _)) if Some(next) == before => {
                chain.truncate(chain.len() - 2);
                groups.join(last, next);
            }
            Some((next, _)) => chain.push(next),
            None => groups.close(&mut chain, last),
        }
    }
    groups.numbered()
}

struct Groups {
    pairs: Vec<f64>,
    sizes: Vec<f64>,
    /// The item whose place the group of an item has taken.
    parent: Vec<usize>,
    /// Whether a group may still be joined with another.
    open: Vec<bool>,
}

impl Groups {
    /// The most similar open group: the one given among equals, then the first.
    fn nearest(&self, of: usize, given: Option<usize>) -> Option<(usize, f64)> {
        let start = given.map(|given| (given, self.pairs[pair(of, given)]));
        let others = (0..self.open.len()).filter(|&other| other != of && self.open[other]);
        others.fold(start, |best, other| {
            let similarity = self.pairs[pair(of, other)];
            if best.is_none_or(|(_, greatest)| similarity > greatest) { Some((other, similarity)) } else { best }
        })
    }

    fn close(&mut self, chain: &mut Vec<usize>, last: usize) {
        chain.pop();
        self.open[last] = false;
    }

    /// Joins two groups in the place of the first; similarities become means over all pairs of members.
    fn join(&mut self, a: usize, b: usize) {
        let (kept, gone) = (a.min(b), a.max(b));
        self.open[gone] = false;
        self.parent[gone] = kept;
        let (own, other) = (self.sizes[kept], self.sizes[gone]);
        self.sizes[kept] = own + other;
        for third in (0..self.open.len()).filter(|&third| self.open[third] && third != kept) {
            let mean = (own * self.pairs[pair(kept, third)] + other * self.pairs[pair(gone, third)]) / (own + other);
            self.pairs[pair(kept, third)] = mean;
        }
    }

    fn numbered(&self) -> Vec<usize> {
        let mut numbers: Vec<usize> = Vec::with_capacity(self.parent.len());
        let mut next = 0;
        for (item, &parent) in self.parent.iter().enumerate() {
            // A group stands in the place of its first item, which has its number already.
            if parent < item {
                numbers.push(numbers[parent]);
            } else {
                numbers.push(next);
                next += 1;
            }
        }
        numbers
    }
}

fn pair(a: usize, b: usize) -> usize {
    let (low, high) = (a.min(b), a.max(b));
    high * (high - 1) / 2 + low
}
