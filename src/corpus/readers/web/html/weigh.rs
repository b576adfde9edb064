//! How much article is in each part of a page.

use super::names;
use super::noise::Noise;
use super::tree::Tree;

/// What a node holds, with everything in it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weight {
    /// How much of it reads like paragraphs.
    pub(super) score: f32,
    /// Characters that are no white space, and how many of them are in links.
    pub(super) chars: u32,
    pub(super) links: u32,
}

/// The weight of every node, as far as it is not left out.
#[derive(Debug)]
pub(super) struct Weights {
    nodes: Vec<Weight>,
    /// How many elements before each node say that the article is with them.
    claims: Vec<u32>,
}

/// What stands directly in a block, not in a block within it.
#[derive(Clone, Copy, Default)]
struct Own {
    chars: u32,
    links: u32,
    stops: u32,
}

/// A block with less text is no paragraph.
const PARAGRAPH_CHARS: u32 = 25;

/// The most that one block counts: an endless one is no better than many.
const MOST_CHARS: u32 = 1_500;

impl Weights {
    pub(super) fn new(tree: &Tree, noise: &Noise) -> Self {
        let count = tree.nodes.len();
        let mut own = vec![Own::default(); count];
        let mut nodes = vec![Weight::default(); count];
        // The nearest block around, whether in a link; for each open element where it ends.
        let mut open: Vec<(usize, usize, bool)> = Vec::new();
        let mut at = 0;
        while at < count {
            while open.last().is_some_and(|&(end, ..)| end <= at) {
                open.pop();
            }
            let (block, in_link) = open
                .last()
                .map_or((0, false), |&(_, block, link)| (block, link));
            let end = tree.nodes[at].end as usize;
            if let Some(element) = tree.element(at) {
                if noise.skips(at) || (names::is_silent(&element.name) && at > 0) {
                    at = end;
                    continue;
                }
                let block = if names::is_block(&element.name) {
                    at
                } else {
                    block
                };
                let in_link =
                    in_link || (element.name == "a" && element.attribute("href").is_some());
                open.push((end, block, in_link));
            } else {
                let text = tree.text(at);
                let chars = text.chars().filter(|c| !c.is_whitespace()).count() as u32;
                let here = &mut own[block];
                here.chars += chars;
                here.stops += text
                    .matches([',', '.', '،', '。', '，', ';', '?', '!'])
                    .count() as u32;
                nodes[at].chars = chars;
                if in_link {
                    here.links += chars;
                    nodes[at].links = chars;
                }
            }
            at += 1;
        }
        for (at, element) in tree.elements() {
            nodes[at].score = score(&element.name, own[at]);
        }
        for at in (1..count).rev() {
            let parent = tree.parent(at);
            let Weight {
                score,
                chars,
                links,
            } = nodes[at];
            nodes[parent].score += score;
            nodes[parent].chars += chars;
            nodes[parent].links += links;
        }
        let mut claims = vec![0; count + 1];
        for at in 0..count {
            let claim = tree.element(at).is_some_and(|e| {
                matches!(&*e.name, "h1" | "main") || e.attribute("itemprop") == Some("articleBody")
            });
            claims[at + 1] = claims[at] + u32::from(claim);
        }
        Self { nodes, claims }
    }

    pub(super) fn of(&self, at: usize) -> Weight {
        self.nodes[at]
    }

    /// Whether what looks like a part of the site must be the article: it has nearly all text.
    pub(super) fn holds_article(&self, tree: &Tree, at: usize) -> bool {
        let share = self.nodes[at].score / self.nodes[0].score.max(1.0);
        let inside = tree.inside(at);
        let is_claimed = self.claims[inside.end] > self.claims[inside.start];
        share > 0.75 || (share > 0.3 && is_claimed)
    }
}

/// What a block counts for its own text.
fn score(name: &str, own: Own) -> f32 {
    if own.chars < PARAGRAPH_CHARS || names::is_heading(name) {
        return 0.0;
    }
    let plain = own.chars.saturating_sub(2 * own.links).min(MOST_CHARS) as f32;
    // Text has stops; labels and lists of names have few.
    let stops = (own.stops as f32 / (own.chars as f32 / 120.0)).min(1.0);
    let kind = match name {
        "p" => 1.0,
        "li" | "dd" | "dt" | "td" | "th" | "figcaption" | "caption" => 0.4,
        _ => 0.8,
    };
    plain * kind * (0.3 + 0.7 * stops)
}
