//! Values of facets that no document has: said with what may have been meant.

use super::Searcher;
use crate::Result;
use crate::index::search::filter::ValueSet;
use crate::index::search::near_values::{NearValue, count, is_known, near_values};
use crate::index::search::views::ResolvedFacet;
use crate::query::{Diagnostic, FacetClause, ParseContext, Query, Severity, rewrite};
use crate::schema::{Origin, Origins};
use crate::search::{Choice, ChosenValue, FacetRef, Question, SearchRequest, shell};

/// Values that are offered in place of one.
const OFFERED: usize = 3;
/// Unknown values that are looked into; the others are said to be unknown.
const LOOKED_INTO: usize = 8;

impl Searcher {
    /// Says which of the values asked for no document has, in the query and in the choices.
    pub(super) fn about_values(
        &self,
        query: &Query,
        request: &SearchRequest,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<()> {
        let mut looks = LOOKED_INTO;
        for leaf in query.leaves() {
            let Query::Facet(clause) = leaf.clause else {
                continue;
            };
            let asked = ChosenValue {
                value: clause.value.clone(),
                written: clause.written,
            };
            let reference = FacetRef {
                origin: clause.origin,
                name: clause.facet.clone(),
            };
            let Some((facet, meant)) =
                self.look_for(&reference, &asked, request.tags, &mut looks)?
            else {
                continue;
            };
            let mut finding = unknown(&facet, &asked, &meant);
            let context = self.context(request);
            let near = match &meant {
                Meant::Mentioned(_) => None,
                Meant::Near(near) => near.first(),
            };
            let offer = near.map(|near| FacetClause {
                value: near.value.clone(),
                ..clause.clone()
            });
            // With no other value to offer, only the place is of interest.
            let offer = Query::Facet(offer.unwrap_or_else(|| clause.clone()));
            let rewritten = match &request.question {
                Question::Text(text) => rewrite(text, &context, query, leaf.number, &offer),
                Question::Tree(_) => None,
            };
            if let Some(rewritten) = &rewritten {
                finding = finding.at(rewritten.span.0, rewritten.span.1);
            }
            diagnostics.push(finding.hint(match &meant {
                Meant::Mentioned(_) => {
                    let origin = Some(Origin::Mentioned);
                    let clause = clause.clone();
                    format!("write `{}`", Query::Facet(FacetClause { origin, ..clause }))
                }
                Meant::Near(near) if near.is_empty() => listing(&facet),
                Meant::Near(_) => {
                    let text = rewritten.map_or_else(|| offer.to_string(), |it| it.text);
                    format!("write `{text}`")
                }
            }));
        }
        for (name, choice) in &request.choices {
            self.about_choice(name, choice, request.tags, &mut looks, diagnostics)?;
        }
        Ok(())
    }

    fn about_choice(
        &self,
        name: &str,
        choice: &Choice,
        tags: Origins,
        looks: &mut usize,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<()> {
        let reference = FacetRef::parse(name);
        for (option, values) in [
            ("-f", &choice.any_of),
            ("--all-of", &choice.all_of),
            ("-x", &choice.none_of),
        ] {
            for asked in values {
                let Some((facet, meant)) = self.look_for(&reference, asked, tags, looks)? else {
                    continue;
                };
                let finding = unknown(&facet, asked, &meant);
                let written = if asked.written { "=" } else { "" };
                let argument = match &meant {
                    Meant::Mentioned(_) => {
                        let name = format!("{}.{name}", Origin::Mentioned);
                        Some(format!("{name}={written}{}", asked.value))
                    }
                    Meant::Near(near) => {
                        let near = near.first();
                        near.map(|near| format!("{name}={written}{}", near.value))
                    }
                };
                diagnostics.push(match argument {
                    None => finding.hint(listing(&facet)),
                    Some(argument) => {
                        finding.hint(format!("write `{option} {}`", shell(&argument)))
                    }
                });
            }
        }
        Ok(())
    }

    /// What may be meant by a value that no document has; `None` if one has it.
    fn look_for(
        &self,
        reference: &FacetRef,
        asked: &ChosenValue,
        tags: Origins,
        looks: &mut usize,
    ) -> Result<Option<(ResolvedFacet, Meant)>> {
        let facet = ResolvedFacet::find(self.schema(), reference, tags)?;
        let views = &self.snapshot.views;
        if is_known(views, &facet, asked)? {
            return Ok(None);
        }
        if facet.origin.is_none() && facet.definition.tagged_by().is_some() {
            let mentioned = FacetRef {
                origin: Some(Origin::Mentioned),
                name: reference.name.clone(),
            };
            let mentioned = ResolvedFacet::find(self.schema(), &mentioned, tags)?;
            if is_known(views, &mentioned, asked)? {
                let field = self.snapshot.fields.facets;
                let set = ValueSet {
                    facet: mentioned,
                    values: vec![asked.clone()],
                };
                let count = count(views, field, &set)?;
                if count > 0 {
                    return Ok(Some((facet, Meant::Mentioned(count))));
                }
            }
        }
        let near = if *looks == 0 {
            Vec::new()
        } else {
            *looks -= 1;
            self.near_values(&facet, asked)?
        };
        Ok(Some((facet, Meant::Near(near))))
    }

    /// The values of a facet that are nearest to one, with the documents of each.
    pub(super) fn near_values(
        &self,
        facet: &ResolvedFacet,
        asked: &ChosenValue,
    ) -> Result<Vec<NearValue>> {
        let (views, field) = (&self.snapshot.views, self.snapshot.fields.facets);
        near_values(views, field, facet, asked, OFFERED)
    }

    /// What a query of this request is read with.
    pub(super) fn context<'a>(&'a self, request: &'a SearchRequest) -> ParseContext<'a> {
        ParseContext {
            schema: Some(self.schema()),
            any: request.any,
            today: request.today,
            searches: Some(&request.searches),
        }
    }
}

/// What may be meant by a value that no document has.
enum Meant {
    /// The value as so many documents mention it, which does not count.
    Mentioned(u64),
    /// One of these; nobody knows if there are none.
    Near(Vec<NearValue>),
}

fn unknown(facet: &ResolvedFacet, asked: &ChosenValue, meant: &Meant) -> Diagnostic {
    let mut message = format!(
        "no document has `{}` as its `{}`",
        asked.value,
        facet.name()
    );
    match meant {
        Meant::Mentioned(1) => message.push_str("; 1 document mentions it"),
        Meant::Mentioned(count) => message = format!("{message}; {count} documents mention it"),
        Meant::Near(near) if near.is_empty() => {}
        Meant::Near(near) => {
            let near: Vec<String> = near.iter().map(shown).collect();
            message = format!("{message}; near it: {}", near.join(", "));
        }
    }
    Diagnostic::new(Severity::Warning, "unknown_value", message)
}

fn shown(near: &NearValue) -> String {
    let documents = if near.count == 1 {
        "document"
    } else {
        "documents"
    };
    format!("`{}` ({} {documents})", near.value, near.count)
}

fn listing(facet: &ResolvedFacet) -> String {
    let name = facet.name();
    let tags = match facet.origin {
        None if facet.origins != Origins::Usual => format!(" --tags {}", facet.origins),
        _ => String::new(),
    };
    format!("`pressmark facets --facets {name}{tags} --top all` lists the values there are")
}

#[cfg(test)]
mod tests {
    use crate::*;

    /// Span, message and hint of a finding.
    type Told = (Option<(usize, usize)>, String, String);

    fn searcher() -> Searcher {
        let schema = Schema::default().without_vocabularies();
        let index = Index::create_in_memory(schema).unwrap();
        let mut writer = index.writer().unwrap();
        let mut number = 0;
        let mut put = |facet: &str, value: &str, times: usize| {
            for _ in 0..times {
                number += 1;
                let document = Document::new(format!("d{number}")).body("Quiet waters.");
                writer.put(document.facet(facet, value)).unwrap();
            }
        };
        put("country", "Iran", 3);
        put("country", "IRAN", 1);
        put("country", "Iraq", 5);
        put("country", "Saudi Arabia", 2);
        put("actor", "Saddam Hussein", 1);
        put("actor", "King Hussein", 2);
        put("topic", "politics/diplomacy", 1);
        put("topic", "politics/elections", 1);
        writer.commit().unwrap();
        for id in ["d1", "d2"] {
            writer.delete(id).unwrap();
        }
        writer.commit().unwrap();
        index.searcher().unwrap()
    }

    /// Code, span, message and hint of the findings about a request.
    fn told(request: &SearchRequest) -> Vec<Told> {
        let found = searcher().search(request).unwrap().diagnostics;
        let found = found.into_iter().filter(|one| one.code == "unknown_value");
        found
            .map(|one| (one.span, one.message, one.hint.unwrap_or_default()))
            .collect()
    }

    #[test]
    fn unknown_values_of_a_query_come_with_near_ones() {
        for (query, span, near, hint) in [
            (
                "waters country:irann",
                (15, 20),
                "near it: `Iran` (2 documents)",
                "write `waters country:Iran`",
            ),
            (
                "country:(Ira OR iraq)",
                (9, 12),
                "near it: `Iraq` (5 documents), `Iran` (2 documents)",
                "write `country:(Iraq OR iraq)`",
            ),
            (
                "-actor:hussein",
                (7, 14),
                "near it: `King Hussein` (2 documents), `Saddam Hussein` (1 document)",
                "write `-actor:\"King Hussein\"`",
            ),
            (
                "topic:\"diplomcy\"",
                (6, 16),
                "near it: `politics/diplomacy` (1 document)",
                "write `topic:politics/diplomacy`",
            ),
            (
                "topic:polotics/diplomacy",
                (6, 24),
                "near it: `politics/diplomacy` (1 document)",
                "write `topic:politics/diplomacy`",
            ),
            (
                "country:=\"saudi arabia\"",
                (9, 23),
                "near it: `Saudi Arabia` (2 documents)",
                "write `country:=\"Saudi Arabia\"`",
            ),
        ] {
            let found = told(&SearchRequest::query(query).unwrap());
            let [(place, message, way_out)] = found.as_slice() else {
                panic!("{query}: {found:?}");
            };
            assert_eq!(*place, Some(span), "{query}");
            assert!(message.ends_with(near), "{query}: {message}");
            assert_eq!(way_out, hint, "{query}");
        }
        for query in ["country:iran", "topic:politics", "country:=IRAN", "waters"] {
            assert_eq!(told(&SearchRequest::query(query).unwrap()), [], "{query}");
        }
    }

    #[test]
    fn unknown_values_that_were_chosen_come_with_the_flag_to_paste() {
        let request = SearchRequest::all()
            .filter("country", "Saudi Arabi")
            .all_of("topic", "election")
            .exclude("country", "Iraqq")
            .exclude("actor", "Nobody at all");
        let hints: Vec<String> = told(&request).into_iter().map(|(.., hint)| hint).collect();
        assert_eq!(
            hints,
            [
                "`pressmark facets --facets actor --top all` lists the values there are",
                "write `-f 'country=Saudi Arabia'`",
                "write `-x country=Iraq`",
                "write `--all-of topic=politics/elections`",
            ]
        );
    }

    #[test]
    fn a_place_is_told_even_where_nothing_is_near() {
        let found = told(&SearchRequest::query("waters country:xyzzy").unwrap());
        assert_eq!(found[0].0, Some((15, 20)));
        assert!(found[0].2.starts_with("`pressmark facets"), "{found:?}");
    }
}
