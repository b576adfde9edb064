//! Did-you-mean: words of the query that the index hardly has, and how they may have been meant.
//!
//! A word is looked into if no document has it in any form, or at most [`FEW`] documents (one in
//! [`RARE`] of a large index). What may have been meant are words of the index within one slip of
//! the pen, or two if the word has six letters or more and does not occur at all. A correction is
//! offered if asking with it gives more hits, and [`MANY`] times as many where the word as it was
//! typed occurs and there are hits. Every number that is told comes from asking.

use super::Searcher;
use crate::Result;
use crate::analysis::Analyzer;
use crate::index::search::spelling::{Candidate, candidates, is_correctable, tolerated};
use crate::query::{Diagnostic, Phrase, Query, Severity, TextField, Word, rewrite};
use crate::search::{Control, Question, SearchRequest};

/// A word in at most so many documents may be a mistake.
const FEW: u64 = 5;
/// In a large index, so may one that only one document in so many has.
const RARE: u64 = 20_000;
/// How many times as frequent, and as fruitful, a correction of a word that occurs must be.
const MANY: u64 = 20;
/// Words that are looked into, at most.
const LOOKED_INTO: usize = 4;
/// Corrections of a word that are tried, at most.
const TRIED: usize = 3;

/// A query with words spelled otherwise.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Correction {
    /// As the words were typed, and as they may have been meant.
    pub(super) words: Vec<(String, String)>,
    /// How many documents have the first of the words as it was typed.
    pub(super) frequency: u64,
    pub(super) query: Query,
    /// Hits of the corrected query.
    pub(super) total: u64,
    /// Where the first of the words stands in the text, if that is known.
    pub(super) span: Option<(usize, usize)>,
    /// The corrected query as text.
    pub(super) text: String,
}

/// A word that may be a mistake.
#[derive(Debug)]
struct Doubtful {
    leaf: usize,
    typed: String,
    frequency: u64,
    /// The clause with each of the corrections, best first.
    clauses: Vec<(String, Query)>,
}

impl Searcher {
    /// What the words of the query may have been meant to be, given the hits as it was typed.
    pub(super) fn corrections(
        &self,
        query: &Query,
        request: &SearchRequest,
        total: u64,
        control: &Control,
    ) -> Result<Vec<Correction>> {
        let few = FEW.max(self.documents() / RARE);
        // Where all words must occur, many hits mean that every word is frequent.
        if total > few && !request.any && !query.leaves_room() {
            return Ok(Vec::new());
        }
        let doubtful = self.doubtful(query, few)?;
        let mut corrections = Vec::new();
        for word in &doubtful {
            let mut best: Option<Correction> = None;
            for (better, clause) in &word.clauses {
                let chosen = [(word, better, clause)];
                let correction = self.corrected(query, request, &chosen, control)?;
                let better_than = best.as_ref().map_or(total, |best| best.total);
                best = correction
                    .filter(|found| found.total > better_than)
                    .or(best);
            }
            let needed = if word.frequency > 0 { MANY } else { 1 };
            corrections.extend(best.filter(|best| best.total >= total.saturating_mul(needed)));
        }
        if corrections.is_empty() && doubtful.len() > 1 {
            let first = |word| {
                let word: &Doubtful = word;
                word.clauses
                    .first()
                    .map(|(better, clause)| (word, better, clause))
            };
            let chosen: Vec<_> = doubtful.iter().filter_map(first).collect();
            let together = self.corrected(query, request, &chosen, control)?;
            corrections.extend(together.filter(|found| found.total > total));
        }
        Ok(corrections)
    }

    /// The words of a query that may be mistakes, with what they may have been meant to be.
    fn doubtful(&self, query: &Query, few: u64) -> Result<Vec<Doubtful>> {
        let mut analyzer = self.snapshot.analyzers.lend();
        let mut doubtful = Vec::new();
        for leaf in query.leaves() {
            let (text, field, moves) = match leaf.clause {
                Query::Word(word) => (&word.text, word.field, None),
                Query::Phrase(phrase) => (&phrase.text, phrase.field, Some(phrase.moves)),
                _ => continue,
            };
            if leaf.is_negated {
                continue;
            }
            for token in analyzer.query_tokens(text) {
                if doubtful.len() == LOOKED_INTO {
                    return Ok(doubtful);
                }
                if !is_correctable(&token.exact) {
                    continue;
                }
                let frequency =
                    self.frequency(&token.exact, field, moves.is_some(), few, &mut analyzer)?;
                if frequency > few {
                    continue;
                }
                let clauses = self.meant(&token.exact, frequency, field)?;
                let clauses = clauses.into_iter().map(|better| {
                    let (before, after) = (&text[..token.start], &text[token.end..]);
                    let text = format!("{before}{}{after}", better.word);
                    let clause = match moves {
                        Some(moves) => Query::Phrase(Phrase { text, field, moves }),
                        None => Query::Word(Word { text, field }),
                    };
                    (better.word, clause)
                });
                doubtful.push(Doubtful {
                    leaf: leaf.number,
                    typed: text[token.start..token.end].to_owned(),
                    frequency,
                    clauses: clauses.collect(),
                });
            }
        }
        doubtful.retain(|word| !word.clauses.is_empty());
        Ok(doubtful)
    }

    /// Documents with a word: in any of its forms, or in exactly this one. Counted no further than
    /// to more than `enough`.
    fn frequency(
        &self,
        exact: &str,
        field: Option<TextField>,
        is_phrase: bool,
        enough: u64,
        analyzer: &mut Analyzer,
    ) -> Result<u64> {
        let terms = if is_phrase {
            vec![exact.to_owned()]
        } else {
            let languages = self.snapshot.languages.of(&self.snapshot.engine)?;
            analyzer.stems_of(exact, languages)
        };
        let mut most = 0;
        // The body first: there a word is mostly met.
        let fields = self.snapshot.fields.of_text(field, is_phrase).into_iter();
        for field in fields.rev() {
            let mut documents = 0;
            for term in &terms {
                let term = tantivy::Term::from_field_text(field, term);
                documents += self.snapshot.engine.doc_freq(&term)?;
                if documents > enough {
                    return Ok(documents);
                }
            }
            most = most.max(documents);
        }
        Ok(most)
    }

    /// What a word of this frequency may have been meant to be, best first.
    fn meant(
        &self,
        exact: &str,
        frequency: u64,
        field: Option<TextField>,
    ) -> Result<Vec<Candidate>> {
        let slips = if frequency == 0 { tolerated(exact) } else { 1 };
        let fields = self.snapshot.fields.of_text(field, true);
        let mut meant = candidates(&self.snapshot.engine, &fields, exact, slips)?;
        meant.retain(|word| word.frequency > frequency.saturating_mul(MANY));
        meant.truncate(TRIED);
        Ok(meant)
    }

    /// Asks with other words. `None` if the text that is to be offered would not mean the same.
    fn corrected(
        &self,
        query: &Query,
        request: &SearchRequest,
        chosen: &[(&Doubtful, &String, &Query)],
        control: &Control,
    ) -> Result<Option<Correction>> {
        let changed = query.with_leaves(&|number| {
            let of_leaf = chosen.iter().find(|(word, ..)| word.leaf == number);
            of_leaf.map(|(.., clause)| (*clause).clone())
        });
        let context = self.context(request);
        let rewritten = match (&request.question, chosen) {
            (Question::Text(text), [(word, _, clause)]) => {
                rewrite(text, &context, query, word.leaf, clause)
            }
            _ => None,
        };
        let (span, text) = match rewritten {
            Some(rewritten) => (Some(rewritten.span), rewritten.text),
            None => (None, changed.to_string()),
        };
        let mut asked = request.clone();
        asked.question = Question::Text(text.clone());
        let total = self.total(&asked, control)?;
        let words = chosen
            .iter()
            .map(|(word, better, _)| (word.typed.clone(), (*better).clone()));
        Ok(total.map(|total| Correction {
            words: words.collect(),
            frequency: chosen.first().map_or(0, |(word, ..)| word.frequency),
            query: changed,
            total,
            span,
            text,
        }))
    }

    /// The hits of a request, exactly; `None` if it cannot be asked.
    pub(super) fn total(&self, request: &SearchRequest, control: &Control) -> Result<Option<u64>> {
        let Ok(pass) = self.counting_pass(request, control) else {
            return Ok(None);
        };
        Ok(Some(pass.run(&self.snapshot.views)?.total))
    }
}

impl Correction {
    pub(super) fn into_diagnostic(self, total: u64) -> Diagnostic {
        let quoted = |words: Vec<&String>| {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            words.join(" and ")
        };
        let typed = quoted(self.words.iter().map(|(typed, _)| typed).collect());
        let better = quoted(self.words.iter().map(|(_, better)| better).collect());
        let occur = match (self.words.len(), self.frequency) {
            (1, 0) => "occurs in no document".to_owned(),
            (1, 1) => "occurs in 1 document".to_owned(),
            (1, n) => format!("occurs in {n} documents"),
            _ => "hardly occur".to_owned(),
        };
        let hits = if self.total == 1 { "hit" } else { "hits" };
        let instead = match total {
            0 => String::new(),
            total => format!(" instead of {total}"),
        };
        let message = format!(
            "{typed} {occur}; {better} gives {} {hits}{instead}",
            self.total
        );
        let finding = Diagnostic::new(Severity::Notice, "did_you_mean", message);
        let finding = match self.span {
            Some((start, end)) => finding.at(start, end),
            None => finding,
        };
        finding.hint(format!("write `{}`", self.text))
    }
}

#[cfg(test)]
mod tests {
    use crate::*;

    /// Span, message and hint of a finding.
    type Told = (Option<(usize, usize)>, String, String);

    /// `(words, times)`: so many documents of these words.
    fn searcher(texts: &[(&str, usize)]) -> Searcher {
        let index = Index::create_in_memory(Schema::default()).unwrap();
        let mut writer = index.writer().unwrap();
        let mut number = 0;
        for (text, times) in texts {
            for _ in 0..*times {
                number += 1;
                let document = Document::new(format!("d{number}")).body(*text);
                writer.put(document.facet("country", "Iran")).unwrap();
            }
        }
        writer.commit().unwrap();
        index.searcher().unwrap()
    }

    /// Span, message and hint of every suggestion.
    fn told(searcher: &Searcher, request: &SearchRequest) -> Vec<Told> {
        let found = searcher.search(request).unwrap().diagnostics;
        let found = found.into_iter().filter(|one| one.code == "did_you_mean");
        found
            .map(|one| (one.span, one.message, one.hint.unwrap_or_default()))
            .collect()
    }

    #[test]
    fn words_that_do_not_occur_are_corrected_from_the_index() {
        let searcher = searcher(&[
            ("harbour pilots strike", 3),
            ("harbor master", 1),
            ("the pilots went home", 2),
        ]);
        for (query, any, expected) in [
            (
                "harbuor strike",
                false,
                Some(((0, 7), "gives 3 hits", "harbour strike")),
            ),
            (
                "strike \"harbour pilotts\"",
                false,
                Some(((7, 24), "gives 3 hits", "strike \"harbour pilots\"")),
            ),
            (
                "Pilost OR master",
                false,
                Some(((0, 6), "gives 6 hits instead of 1", "pilots OR master")),
            ),
            (
                "pilost master",
                true,
                Some(((0, 6), "gives 6 hits instead of 1", "pilots master")),
            ),
            // One correction alone gives nothing.
            ("master pilost", false, None),
            // Nothing is near, too short, a number, left out.
            ("zeppelin", false, None),
            ("ho", false, None),
            ("xx OR strike", false, None),
            ("2024", false, None),
            ("strike -harbuor", false, None),
            // It has as many as the correction.
            ("harbour", false, None),
        ] {
            let mut request = SearchRequest::query(query).unwrap();
            request.any = any;
            let found = told(&searcher, &request);
            match (found.as_slice(), expected) {
                ([], None) => {}
                ([(place, message, hint)], Some((span, end, text))) => {
                    assert_eq!(*place, Some(span), "{query}");
                    assert!(message.ends_with(end), "{query}: {message}");
                    assert_eq!(*hint, format!("write `{text}`"), "{query}");
                }
                (found, expected) => panic!("{query}: {found:?}, {expected:?}"),
            }
        }
        let found = told(&searcher, &SearchRequest::query("harbuor pilost").unwrap());
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].1.contains("`harbour` and `pilots` gives 3 hits"),
            "{found:?}"
        );
        assert_eq!(found[0].2, "write `harbour AND pilots`");
    }

    #[test]
    fn words_that_hardly_occur_are_corrected_if_that_gives_many_times_more() {
        let texts = [("goverment paper", 2), ("government paper", 45)];
        let found = told(
            &searcher(&texts),
            &SearchRequest::query("goverment").unwrap(),
        );
        assert_eq!(
            found,
            [(
                Some((0, 9)),
                "`goverment` occurs in 2 documents; `government` gives 45 hits instead of 2"
                    .to_owned(),
                "write `government`".to_owned()
            )]
        );
        let less = [("goverment paper", 2), ("government paper", 39)];
        let found = told(
            &searcher(&less),
            &SearchRequest::query("goverment").unwrap(),
        );
        assert_eq!(found, []);
        let request = SearchRequest::query("goverment")
            .unwrap()
            .exclude("country", "Iran");
        assert_eq!(told(&searcher(&texts), &request), []);
    }

    #[test]
    fn what_is_offered_gives_what_was_promised() {
        let searcher = searcher(&[("alpha beta", 4), ("beta gamma", 7), ("delta gamma", 2)]);
        for query in [
            "alfa",
            "gama",
            "betta gama",
            "alpha AND gama OR detla",
            "title:gamma betas",
        ] {
            let response = searcher
                .search(&SearchRequest::query(query).unwrap())
                .unwrap();
            for finding in response
                .diagnostics
                .iter()
                .filter(|one| one.code == "did_you_mean")
            {
                let hint = finding.hint.as_deref().unwrap();
                let text = hint
                    .strip_prefix("write `")
                    .unwrap()
                    .strip_suffix('`')
                    .unwrap();
                let total = searcher
                    .search(&SearchRequest::query(text).unwrap())
                    .unwrap()
                    .total;
                assert!(total > response.total);
                assert!(
                    finding.message.contains(&format!("gives {total} hit")),
                    "{finding:?}"
                );
            }
        }
    }
}
