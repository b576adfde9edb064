//! `pressmark vocabulary preview`: the numbers that an edit would change.

use std::collections::BTreeMap;

use pressmark::vocabulary::UserFile;
use pressmark::{SearchRequest, Searcher};
use serde_json::json;

use crate::args::{Common, PreviewArgs};
use crate::console::Console;
use crate::failure::{Failure, Finish};
use crate::output::json;
use crate::output::layout::{Flow, Role};
use crate::output::number::{count, thousands};
use crate::own_vocabulary;
use crate::request;
use crate::settings::Place;
use crate::values;

/// A number that would become another one.
struct Change {
    name: String,
    before: u64,
    after: u64,
}

pub(super) fn run(
    common: &Common,
    args: &PreviewArgs,
    files: &[UserFile],
    console: &mut Console,
) -> Result<Finish, Failure> {
    let place = Place::find(common)?;
    let edited = own_vocabulary::edited(files, &args.files, &args.without)?;
    // Mistakes are told before anything is compared.
    own_vocabulary::load(&edited)?;
    let searcher = |files: &[UserFile]| -> Result<Searcher, Failure> {
        let index = place.opened()?.ok_or_else(|| place.not_indexed())?;
        Ok(index.with_vocabulary_files(files.to_vec()).searcher()?)
    };
    let (before, after) = (searcher(files)?, searcher(&edited)?);
    let mut facets: Vec<(String, Vec<Change>)> = Vec::new();
    for facet in &before.schema().facets {
        if facet.vocabulary.is_none() {
            continue;
        }
        let of = |searcher| values::of_facet(searcher, &facet.name);
        facets.push((facet.name.clone(), changes(of(&before)?, of(&after)?)));
    }
    let searches = request::searches(common)?;
    let counted = |searcher: &Searcher| -> Result<BTreeMap<String, u64>, Failure> {
        let mut counted = BTreeMap::new();
        for name in searches.keys() {
            let mut request = SearchRequest::query(format!("@{name}"))?.limit(0);
            request.searches.clone_from(&searches);
            counted.insert(name.clone(), searcher.search(&request)?.total);
        }
        Ok(counted)
    };
    let searches = changes(counted(&before)?, counted(&after)?);
    if common.json {
        let object = |change: &Change| {
            let Change {
                name,
                before,
                after,
            } = change;
            json!({"name": name, "before": before, "after": after})
        };
        let list = |changes: &Vec<Change>| changes.iter().map(object).collect::<Vec<_>>();
        let facets: serde_json::Map<_, _> = facets
            .iter()
            .map(|(facet, changes)| (facet.clone(), list(changes).into()))
            .collect();
        let object = json!({"format_version": pressmark::FORMAT_VERSION,
            "facets": facets, "searches": list(&searches)});
        json::line(console.out(), &object)?;
        return Ok(Finish::Done);
    }
    let mut all = 0;
    let searches = [("saved searches".to_owned(), searches)];
    for (title, changes) in facets.iter().chain(&searches) {
        if changes.is_empty() {
            continue;
        }
        all += changes.len();
        console.text(&line(Role::Name, title, None, console))?;
        for change in changes {
            let numbers = format!("{} → {}", thousands(change.before), thousands(change.after));
            console.text(&line(Role::Plain, &change.name, Some(&numbers), console))?;
        }
    }
    console.remark(&match all {
        0 => "nothing would change".to_owned(),
        all => format!("{} would change", count(all as u64, "number", "numbers")),
    });
    Ok(Finish::Done)
}

fn line(role: Role, name: &str, numbers: Option<&str>, console: &Console) -> String {
    let mut flow = Flow::default();
    flow.push_whole(role, name);
    if let Some(numbers) = numbers {
        flow.space();
        flow.push_whole(Role::Plain, numbers);
    }
    let indent = if numbers.is_some() { "  " } else { "" };
    format!("{indent}{}", flow.render(console.stdout, indent.len(), 4))
}

/// What is not the same, by name.
fn changes(before: BTreeMap<String, u64>, mut after: BTreeMap<String, u64>) -> Vec<Change> {
    let mut changes = Vec::new();
    for (name, before) in before {
        let after = after.remove(&name).unwrap_or(0);
        changes.push(Change {
            name,
            before,
            after,
        });
    }
    let new = after.into_iter().map(|(name, after)| Change {
        name,
        before: 0,
        after,
    });
    changes.extend(new);
    changes.retain(|change| change.before != change.after);
    changes.sort_by(|a, b| a.name.cmp(&b.name));
    changes
}
