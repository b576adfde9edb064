//! The footer under a list of hits: what to refine by, as flags to paste.

use pressmark::{FacetCounts, FacetResults};

use super::inferred;
use super::layout::{Flow, Role, columns, pad, styled};
use super::number::{shell, thousands};
use crate::console::Stream;

/// Values offered of a facet when nobody said how many.
const OFFERED: usize = 5;

/// How much is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Extent {
    /// Every bucket there is, instead of the first few of each facet.
    pub(crate) all: bool,
    /// Also facets that would leave out no hit: somebody asked for them.
    pub(crate) named: bool,
}

/// Renders the footer; empty if there is nothing to refine by. `total` is the number of hits.
pub(crate) fn render(facets: &FacetResults, total: u64, extent: Extent, stream: Stream) -> String {
    let Extent { all, named } = extent;
    let lines: Vec<(&str, Flow)> = facets
        .iter()
        .filter(|(_, counts)| named || can_narrow(counts, total))
        .map(|(name, counts)| {
            let mut items = Vec::new();
            let mut hidden = counts.other;
            let mut listed = 0;
            for bucket in &counts.buckets {
                if !bucket.selected && bucket.combined == 0 {
                    continue;
                }
                listed += usize::from(!bucket.selected);
                if !bucket.selected && listed > OFFERED && !all {
                    hidden += 1;
                    continue;
                }
                let flag = format!("-f {name}={}", shell(&bucket.value));
                let mut item = Flow::default();
                if bucket.selected {
                    item.glue(Role::Match, "✓ ");
                }
                item.glue(Role::Flag, &flag);
                let number = format!(" {}{}", thousands(bucket.combined), inferred::part(bucket));
                item.glue(Role::Plain, &number);
                items.push(item);
            }
            // With a value chosen, asking for none would leave no hits.
            let is_chosen = counts.buckets.iter().any(|bucket| bucket.selected);
            if counts.missing > 0 && !items.is_empty() && !is_chosen {
                let mut item = Flow::default();
                item.glue(Role::Flag, &format!("--missing {name}"));
                item.glue(Role::Plain, &format!(" {}", thousands(counts.missing)));
                items.push(item);
            }
            if hidden > 0 && !items.is_empty() {
                let mut item = Flow::default();
                item.glue(Role::Faint, &format!("+{} more", thousands(hidden)));
                items.push(item);
            }
            (name, joined(items))
        })
        .filter(|(_, flow)| !flow.is_empty())
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    let width = lines
        .iter()
        .map(|(name, _)| columns(name))
        .max()
        .unwrap_or(0)
        .min(stream.width / 3);
    let mut out = "refine by\n".to_owned();
    for (name, flow) in lines {
        let indent = width + 4;
        let shown = styled(
            stream,
            Role::Name,
            &pad(&super::layout::cut(name, width), width),
        );
        out.push_str("  ");
        out.push_str(&shown);
        out.push_str("  ");
        out.push_str(&flow.render(stream, indent, indent));
    }
    out
}

/// Whether a choice in the facet would leave out a hit, or there is one to take back. A facet whose
/// every value is that of all hits has nothing to offer.
fn can_narrow(counts: &FacetCounts, total: u64) -> bool {
    counts.other > 0
        || counts.missing > 0
        || counts
            .buckets
            .iter()
            .any(|bucket| bucket.selected || bucket.combined != total)
}

/// Items with a dot behind each but the last.
pub(super) fn joined(items: Vec<Flow>) -> Flow {
    let mut flow = Flow::default();
    let last = items.len().saturating_sub(1);
    for (at, mut item) in items.into_iter().enumerate() {
        if at < last {
            item.glue(Role::Faint, " ·");
        }
        flow.append(&item);
        flow.space();
    }
    flow
}
