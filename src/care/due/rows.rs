use super::DueLine;
use super::basis::Dating;
use crate::care::{Assets, CareError, DueRule};
use crate::parallel;
use crate::units::Day;

type Undated<'a> = Vec<(&'a DueRule, usize)>;

/// Rows that one thread works on at a time.
const CHUNK: usize = 1 << 14;

/// The lines of all assets by rules in the order of their names, the earliest first, then by owner, asset and rule; and
/// for how many assets each rule has no day.
pub(super) fn lines<'a, Id: Sync>(
    assets: &'a Assets<Id>,
    rules: &[Dating<'a>],
) -> Result<(Vec<DueLine<'a, Id>>, Undated<'a>), CareError> {
    let chunks = parallel::map_chunks(assets.order(), CHUNK, |rows| chunk(assets, rules, rows));
    let chunks =
        chunks.into_iter().collect::<Result<Vec<_>, _>>().map_err(|fault| first_fault(assets, rules, fault))?;
    let undated =
        rules.iter().enumerate().map(|(k, rule)| (rule.rule, chunks.iter().map(|chunk| chunk.undated[k]).sum()));
    Ok((merged(&chunks), undated.filter(|(_, count)| *count > 0).collect()))
}

/// The lines of some assets, the earliest first, those of one day in the order of the assets and then of the rules.
struct Chunk<'a, Id> {
    lines: Vec<DueLine<'a, Id>>,
    /// By rule.
    undated: Vec<usize>,
}

fn chunk<'a, Id>(assets: &'a Assets<Id>, rules: &[Dating<'a>], rows: &[usize]) -> Result<Chunk<'a, Id>, CareError> {
    let (mut lines, mut undated) = (Vec::new(), vec![0; rules.len()]);
    for &row in rows {
        let asset = &assets.rows()[row];
        for (dating, undated) in rules.iter().zip(&mut undated) {
            if asset.since > dating.today {
                continue;
            }
            match dating.due(row, asset.since, asset.usage)? {
                Some((due, basis)) => {
                    let status = dating.status(due);
                    lines.extend(status.map(|status| DueLine { asset, rule: dating.rule, due, status, basis }));
                }
                None => *undated += 1,
            }
        }
    }
    Ok(Chunk { lines: by_day(&lines), undated })
}

/// The lines in the order of their days, those of one day as they were.
fn by_day<'a, Id>(lines: &[DueLine<'a, Id>]) -> Vec<DueLine<'a, Id>> {
    // Small keys are moved about faster than lines.
    let mut order: Vec<(Day, usize)> = lines.iter().enumerate().map(|(position, line)| (line.due, position)).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, position)| lines[position]).collect()
}

/// All lines, the earliest first, those of one day in the order of the chunks.
fn merged<'a, Id>(chunks: &[Chunk<'a, Id>]) -> Vec<DueLine<'a, Id>> {
    let days = chunks.iter().flat_map(|chunk| chunk.lines.chunk_by(|one, other| one.due == other.due));
    let mut days: Vec<_> = days.collect();
    days.sort_by_key(|day| day[0].due);
    let mut lines = Vec::with_capacity(chunks.iter().map(|chunk| chunk.lines.len()).sum());
    for day in days {
        lines.extend_from_slice(day);
    }
    lines
}

/// Of several faults the one to be told: that of the first rule, and of its first asset as they were given.
fn first_fault<Id>(assets: &Assets<Id>, rules: &[Dating], found: CareError) -> CareError {
    let fault = |dating: &Dating| {
        let present = assets.rows().iter().enumerate().filter(|(_, asset)| asset.since <= dating.today);
        present.into_iter().find_map(|(row, asset)| dating.due(row, asset.since, asset.usage).err())
    };
    rules.iter().find_map(fault).unwrap_or(found)
}
