//! Where on a page the article is.

use super::names;
use super::noise::Noise;
use super::render::render;
use super::tree::Tree;
use super::weigh::Weights;
use crate::corpus::read::same_words;

/// How much of a block's text has to be in one of its children for the search to go on in there.
const SHARE: f32 = 0.7;

/// A page whose best part weighs less has no article: about two sentences.
const ARTICLE_SCORE: f32 = 120.0;

/// What was found on a page.
pub(super) struct Content {
    pub(super) text: String,
    /// Whether some part of the page was recognised as its article.
    pub(super) is_article: bool,
}

/// Finds the article and renders it, without its title.
pub(super) fn find(tree: &Tree, title: Option<&str>) -> Content {
    let mut noise = Noise::of_page(tree);
    let weights = Weights::new(tree, &noise);
    let place = place(tree, &noise, &weights);
    let is_article = weights.of(place).score >= ARTICLE_SCORE;
    if is_article {
        noise.within(tree, place, &weights);
        let title_at = title.and_then(|title| title_in(tree, place, title));
        let text = render(tree, place, |at| noise.skips(at) || Some(at) == title_at);
        if !text.trim().is_empty() {
            return Content { text, is_article };
        }
    }
    let noise = Noise::of_page(tree);
    let title_at = title.and_then(|title| title_in(tree, 0, title));
    let mut text = render(tree, 0, |at| noise.skips(at) || Some(at) == title_at);
    if text.trim().is_empty() {
        text = render(tree, 0, |_| false);
    }
    Content {
        text,
        is_article: false,
    }
}

/// The innermost element that holds nearly all the text.
fn place(tree: &Tree, noise: &Noise, weights: &Weights) -> usize {
    let mut here = start(tree, noise, weights);
    loop {
        let end = tree.nodes[here].end as usize;
        let whole = weights.of(here).score;
        let mut at = here + 1;
        let mut best: Option<usize> = None;
        while at < end {
            let is_place = tree
                .element(at)
                .is_some_and(|element| may_hold_article(&element.name));
            if !noise.skips(at)
                && is_place
                && best.is_none_or(|best| weights.of(at).score > weights.of(best).score)
            {
                best = Some(at);
            }
            at = tree.nodes[at].end as usize;
        }
        match best {
            Some(best) if weights.of(best).score >= SHARE * whole && whole > 0.0 => here = best,
            _ => return here,
        }
    }
}

/// Whether an element may be what is around an article, and no part of it.
fn may_hold_article(name: &str) -> bool {
    let is_part = matches!(name, "p" | "li" | "pre" | "blockquote" | "dd");
    let is_around = names::is_block(name) || name == "span" || name.contains('-');
    is_around && !is_part
}

/// Where the page itself says that its article is, if that is where its text is.
fn start(tree: &Tree, noise: &Noise, weights: &Weights) -> usize {
    let whole = weights.of(0).score;
    let mut best: Option<(f32, usize)> = None;
    let mut at = 0;
    while at < tree.nodes.len() {
        if noise.skips(at) {
            at = tree.nodes[at].end as usize;
            continue;
        }
        if let Some(element) = tree.element(at) {
            let score = weights.of(at).score;
            let claims =
                element.attribute("itemprop") == Some("articleBody") && score > 0.4 * whole;
            let contains = matches!(&*element.name, "article" | "main") && score > 0.5 * whole;
            if (claims || contains) && best.is_none_or(|(known, _)| score >= known * 0.8) {
                best = Some((score, at));
            }
        }
        at += 1;
    }
    best.map_or(0, |(_, at)| at)
}

/// The heading in the article that repeats its title.
fn title_in(tree: &Tree, place: usize, title: &str) -> Option<usize> {
    let mut inside = tree.inside(place).take(20_000);
    inside.find(|&at| {
        let is_heading = tree.element(at).is_some_and(|e| names::is_heading(&e.name));
        is_heading && same_words(&tree.plain(at), title)
    })
}
