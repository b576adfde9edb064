//! What on a page belongs to the site and not to the article: navigation, consent, shares,
//! comments, related links. Names of classes say so, roles do, and so does the proportion of
//! links.

use super::names;
use super::tree::{Element, Tree};
use super::weigh::Weights;
use crate::corpus::dates;

/// Words in a class, id or role that name a part of the site, if they stand alone or between
/// hyphens: `cookie-banner`, `relatedLinks`.
const SITE: &str = "ad addthis ads adslot advert advertisement advertising adverts alertdialog banner breadcrumb \
    breadcrumbs carousel cmp complementary comment commentlist comments consent contentinfo cookie \
    cookiebanner cookies copyright cta dialog didomi disclaimer discussion disqus donate donation \
    fb feedback footer gallery gdpr infobox jumplinks lightbox livefyre login masthead menu \
    menubar modal mostread nav navbar navbox navi navigation newsletter noprint onetrust outbrain \
    overlay pager pagination paywall popular popup privacy promo promos promotion promotions \
    readmore recirc recirculation recommend recommendation recommendations recommended \
    registration rel related replies respond rss search share sharebar sharedaddy sharing shoutbox \
    sidebar sidenav slideshow signin signup skip skiplink social sponsor sponsored sponsors \
    subscribe subscription subnav subscribers syndication taboola taglist tags teaser teasers \
    toast toolbar topbar trending upsell widget widgets newsticker ticker colophon jumbotron \
    interstitial crumbs subfooter catlinks printfooter siteheader sitefooter toc editsection";

/// Words that name who wrote an article and when, where the article's text does not begin yet.
const ABOUT: &str = "author authors bio byline credit date dateline datetime edited kicker meta metadata postmeta \
    published pubdate readtime submitted tagline time timestamp updated eyebrow contributors \
    reporter";

/// Words that name what only the readers of screens hear, or nobody sees.
const UNSEEN: &str = "hidden hide invisible sronly visuallyhidden";

/// Words that make even an `<article>` one of several.
const OTHERS: &str = "comment teaser related promo";

/// A site's word that a class begins with speaks of its state, not of what it is.
const STATES: &str = "has no not with without category tag elementor wp type is single";

/// Headings of what follows an article, or stands in its midst without belonging to it.
const FOREIGN: &str = "about the author|advertisement|also read|also on|comments|editor's picks|editors' picks|\
    follow us|further reading on|get the newsletter|in this section|join the conversation|\
    keep reading|latest news|leave a comment|leave a reply|more from|more headlines|more in|\
    more on this|more on this story|more news|more stories|most popular|most read|most viewed|\
    newsletter|popular|read also|read more|read next|recommended|related|related articles|\
    related content|related links|related news|related posts|related stories|related topics|\
    see also|share|share this|share this article|share this story|sign up|sponsored|subscribe|\
    tags|topics|trending|what to read next|you may also like|you might also like|\
    similar articles|don't miss|recent posts|mehr zum thema|das könnte sie auch interessieren|\
    kommentare|verwandte artikel|lesen sie auch|à lire aussi|lire aussi|commentaires|\
    articles liés|sur le même sujet|te puede interesar|noticias relacionadas|comentarios|\
    lea también|lea tambien|leia também|leia mais|читайте также|комментарии|по теме|leggi anche|\
    lees ook";

/// How many nodes may be in what is read as one line.
const MOST_NODES: usize = 200;

fn is_one_of(words: &str, word: &str) -> bool {
    words.split(' ').any(|known| known == word)
}

fn is_foreign_title(title: &str) -> bool {
    FOREIGN.split('|').any(|known| known == title)
}

/// Which nodes are left out, each with all that is in it.
#[derive(Debug)]
pub(super) struct Noise {
    skipped: Vec<bool>,
}

impl Noise {
    /// What is left out of the whole page before the article is looked for.
    pub(super) fn of_page(tree: &Tree) -> Self {
        let mut noise = Self {
            skipped: vec![false; tree.nodes.len()],
        };
        for (at, element) in tree.elements() {
            if is_unseen(element) && !matches!(&*element.name, "html" | "body") {
                noise.skipped[at] = true;
            }
        }
        let weights = Weights::new(tree, &noise);
        for (at, element) in tree.elements() {
            if is_of_site(tree, at, element) && !weights.holds_article(tree, at) {
                noise.skipped[at] = true;
            }
        }
        noise
    }

    pub(super) fn skips(&self, at: usize) -> bool {
        self.skipped[at]
    }

    /// Leaves out what is foreign within the article: lists of links, who and when, what follows
    /// a heading such as "Related".
    pub(super) fn within(&mut self, tree: &Tree, article: usize, weights: &Weights) {
        let end = tree.nodes[article].end as usize;
        let whole = weights.of(article);
        let mut at = article + 1;
        while at < end {
            if self.skipped[at] {
                at = tree.nodes[at].end as usize;
                continue;
            }
            if let Some(element) = tree.element(at) {
                let block = names::is_block(&element.name) || element.name == "time";
                if block && self.is_foreign(tree, at, element, weights, whole.score) {
                    self.skipped[at] = true;
                    at = tree.nodes[at].end as usize;
                    continue;
                }
            }
            at += 1;
        }
        self.foreign_headings(tree, article);
    }

    fn is_foreign(
        &self,
        tree: &Tree,
        at: usize,
        element: &Element,
        weights: &Weights,
        whole: f32,
    ) -> bool {
        let here = weights.of(at);
        let few = here.chars < 200;
        // What has few letters in many elements is not looked into: it may be nested.
        let is_small = tree.inside(at).len() <= MOST_NODES;
        let links = here.links as f32 / (here.chars.max(1)) as f32;
        match &*element.name {
            // A share of the links, and one of the article: what is mostly links leads away.
            "ul" | "ol" | "dl" | "menu" if links > 0.75 && here.score < 0.3 * whole => return true,
            "div" | "section" | "table" | "aside" | "nav" | "footer" | "header" | "article"
            | "form"
                if here.chars > 0 && links > 0.66 && here.score < 0.2 * whole =>
            {
                return true;
            }
            "p" | "h2" | "h3" | "h4" | "h5" | "h6"
                if here.chars > 0 && links > 0.95 && here.chars < 160 =>
            {
                return element.name == "p" || !has_text_after(tree, self, at);
            }
            _ => {}
        }
        if is_small
            && element.name == "p"
            && links > 0.4
            && here.chars < 240
            && is_reference(&tree.plain(at))
        {
            return true;
        }
        if few
            && !names::is_heading(&element.name)
            && words_of(element).any(|word| is_one_of(ABOUT, &word))
        {
            return true;
        }
        if is_small
            && here.chars < 60
            && matches!(&*element.name, "div" | "p" | "span" | "time" | "li")
        {
            let plain = tree.plain(at);
            return is_foreign_line(&plain);
        }
        false
    }

    /// Leaves out headings such as "Related", with what stands under them to the next heading,
    /// unless that is text; and headings under which nothing is left.
    fn foreign_headings(&mut self, tree: &Tree, article: usize) {
        let headings: Vec<usize> = tree
            .inside(article)
            // What is left out already neither leads anywhere nor is in the way.
            .filter(|&at| !self.skipped[at] && tree.inside(at).len() <= MOST_NODES)
            .filter(|&at| tree.element(at).is_some_and(|e| names::is_heading(&e.name)))
            .collect();
        for at in headings {
            let title = tree.plain(at).to_lowercase();
            let title = title.trim_end_matches([':', '…', '.']).trim();
            let is_foreign = FOREIGN.split('|').any(|known| {
                title == known
                    || (title.starts_with(known)
                        && title.len() < known.len() + 24
                        && known.len() > 6)
            });
            if is_foreign {
                self.skipped[at] = true;
                self.skip_links_after(tree, at);
            } else if self.leads_nowhere(tree, at) {
                self.skipped[at] = true;
            }
        }
    }

    /// Siblings behind a foreign heading up to the next one: lists, short paragraphs.
    fn skip_links_after(&mut self, tree: &Tree, heading: usize) {
        let parent = tree.parent(heading);
        let end = tree.nodes[parent].end as usize;
        let mut at = tree.nodes[heading].end as usize;
        while at < end {
            let next = tree.nodes[at].end as usize;
            if let Some(element) = tree.element(at) {
                if names::is_heading(&element.name) {
                    break;
                }
                if element.name == "p" && tree.plain(at).len() > 120 {
                    break;
                }
                self.skipped[at] = true;
            }
            at = next;
        }
    }

    /// Whether what a heading led to was left out, and nothing else follows before the next.
    fn leads_nowhere(&self, tree: &Tree, heading: usize) -> bool {
        let parent = tree.parent(heading);
        let end = tree.nodes[parent].end as usize;
        let mut at = tree.nodes[heading].end as usize;
        let mut was_skipped = false;
        while at < end {
            let next = tree.nodes[at].end as usize;
            if self.skipped[at] {
                was_skipped = true;
            } else if tree.element(at).is_some_and(|e| names::is_heading(&e.name)) {
                return was_skipped;
            } else if self.has_text(tree, at) {
                return false;
            }
            at = next;
        }
        was_skipped
    }

    fn has_text(&self, tree: &Tree, node: usize) -> bool {
        let end = tree.nodes[node].end as usize;
        let mut at = node;
        while at < end {
            let silent = tree.element(at).is_some_and(|e| names::is_silent(&e.name));
            if self.skipped[at] || silent {
                at = tree.nodes[at].end as usize;
                continue;
            }
            if !tree.text(at).trim().is_empty() {
                return true;
            }
            at += 1;
        }
        false
    }
}

fn has_text_after(tree: &Tree, noise: &Noise, at: usize) -> bool {
    let parent = tree.parent(at);
    let end = tree.nodes[parent].end as usize;
    let mut next = tree.nodes[at].end as usize;
    while next < end {
        if !noise.skipped[next] && noise.has_text(tree, next) {
            return true;
        }
        next = tree.nodes[next].end as usize;
    }
    false
}

/// `Read more: …`, a pointer to another article.
fn is_reference(plain: &str) -> bool {
    let start = plain
        .split_once(':')
        .map_or("", |(start, _)| start)
        .trim()
        .to_lowercase();
    is_foreign_title(&start)
}

fn is_foreign_line(plain: &str) -> bool {
    let line = plain.to_lowercase();
    let line = line.trim_end_matches([':', '…', '.', '»', '›', '→']).trim();
    if is_foreign_title(line) {
        return true;
    }
    // A line that is nothing but a date says when, not what.
    line.len() < 40
        && line.contains(|c: char| c.is_ascii_digit())
        && matches!(dates::parse(plain.trim()), dates::Dated::Date(_))
}

/// Whether an element cannot be seen: it says so itself, or only readers of screens read it.
fn is_unseen(element: &Element) -> bool {
    if element.attribute("hidden").is_some() {
        return true;
    }
    let style = element.attribute("style").unwrap_or("");
    if !style.is_empty() {
        let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
        let style = style.to_ascii_lowercase();
        if style.contains("display:none") || style.contains("visibility:hidden") {
            return true;
        }
    }
    let class = element.attribute("class").unwrap_or("");
    // `hidden md:block` is hidden on telephones only.
    if class.contains(":block") || class.contains(":flex") || class.contains(":grid") {
        return false;
    }
    class.split_whitespace().any(|word| {
        let word: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
        let word = word.to_ascii_lowercase();
        word == "screenreadertext" || is_one_of(UNSEEN, &word)
    })
}

fn is_of_site(tree: &Tree, at: usize, element: &Element) -> bool {
    match &*element.name {
        "html" | "body" | "main" | "head" | "h1" | "p" | "blockquote" | "a" | "em" | "strong"
        | "b" | "i" => return false,
        "nav" | "aside" => return true,
        "footer" => return !tree.is(tree.parent(at), "blockquote"),
        "header" => {
            let is_of_text = |at: usize| {
                tree.element(at)
                    .is_some_and(|e| matches!(&*e.name, "article" | "main" | "section"))
            };
            let holds_title = tree.inside(at).any(|at| tree.is(at, "h1"));
            if !holds_title && !tree.ancestors(at).any(is_of_text) {
                return true;
            }
        }
        "article" => return words_of(element).any(|word| is_one_of(OTHERS, &word)),
        name if name.starts_with("amp-ad") || name.starts_with("amp-consent") => return true,
        _ => {}
    }
    words_of(element).any(|word| is_one_of(SITE, &word))
}

/// The words of an element's classes, id and role, in small letters.
fn words_of(element: &Element) -> impl Iterator<Item = String> {
    let mut words = Vec::new();
    for name in ["class", "id", "role"] {
        for part in element.attribute(name).unwrap_or("").split_whitespace() {
            let start = words.len();
            split_name(part, &mut words);
            if words
                .get(start)
                .is_some_and(|first| is_one_of(STATES, first))
            {
                words.truncate(start);
            }
        }
    }
    words.into_iter()
}

/// `relatedLinks`, `related-links` and `related_links` are two words.
fn split_name(name: &str, words: &mut Vec<String>) {
    let mut word = String::new();
    let mut was_small = false;
    for c in name.chars() {
        let is_end = !c.is_alphanumeric() || (c.is_ascii_uppercase() && was_small);
        if is_end && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        was_small = c.is_lowercase();
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
}
