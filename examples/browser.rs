//! A faceted browser for the terminal: ask, look at what there is to choose from, choose, go back.
//!
//! ```text
//! cargo run --release --no-default-features --example browser -- INDEX
//! > oil prices                a question; an empty line asks for everything
//! > +3                        choose the third of the numbered values (again: leave it)
//! > back                      take back the last step
//! > time                      how the hits lie in time
//! > 2                         the second hit, whole
//! ```

use std::error::Error;
use std::io::{BufRead, Write};

use pressmark::{Index, SearchRequest, Searcher, TimelineRequest};

/// Values that are offered of each facet, and hits that are listed.
const SHOWN: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: browser INDEX")?;
    let searcher = Index::open(folder)?.searcher()?;
    run(
        &searcher,
        std::io::stdin().lock(),
        &mut std::io::stdout().lock(),
    )
}

/// A question, and what is chosen.
#[derive(Clone, Default)]
struct Step {
    question: String,
    chosen: Vec<(String, String)>,
}

impl Step {
    fn request(&self) -> pressmark::Result<SearchRequest> {
        let mut request = SearchRequest::query(&self.question)?.all_facets();
        for (facet, value) in &self.chosen {
            request = request.filter(facet, value);
        }
        Ok(request.top(SHOWN).limit(SHOWN))
    }
}

fn run(
    searcher: &Searcher,
    input: impl BufRead,
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    let mut steps = vec![Step::default()];
    // What the numbers on the screen stand for.
    let (mut values, mut hits) = show(searcher, &steps[0], out)?;
    for line in input.lines() {
        let line = line?;
        let last = steps.last().cloned().unwrap_or_default();
        let number = |text: &str| text.parse::<usize>().ok()?.checked_sub(1);
        let next = if let Some(value) = line.strip_prefix('+').and_then(number) {
            let Some(value) = values.get(value) else {
                continue;
            };
            let mut next = last;
            let before = next.chosen.len();
            next.chosen.retain(|chosen| chosen != value);
            if next.chosen.len() == before {
                next.chosen.push(value.clone());
            }
            next
        } else if let Some(id) = number(&line).and_then(|number| hits.get(number)) {
            if let Some(stored) = searcher.get(id)? {
                writeln!(out, "{}\n\n{}", stored.document.title, stored.document.body)?;
            }
            continue;
        } else if line == "time" {
            for bar in searcher
                .timeline(&TimelineRequest::new(last.request()?))?
                .bars
            {
                writeln!(out, "{:>10} {}", bar.period, bar.count)?;
            }
            continue;
        } else if line == "back" {
            steps.pop();
            steps.pop().unwrap_or_default()
        } else {
            Step {
                question: line,
                chosen: Vec::new(),
            }
        };
        // What cannot be asked changes nothing: the message says where, and what can.
        match show(searcher, &next, out) {
            Ok(shown) => {
                (values, hits) = shown;
                steps.push(next);
            }
            Err(error) => writeln!(out, "{error}")?,
        }
    }
    Ok(())
}

type Shown = (Vec<(String, String)>, Vec<String>);

fn show(searcher: &Searcher, step: &Step, out: &mut dyn Write) -> pressmark::Result<Shown> {
    let response = searcher.search(&step.request()?)?;
    let mut values = Vec::new();
    let _ = writeln!(out, "{} documents", response.total);
    for (facet, counts) in response
        .facets
        .iter()
        .filter(|(_, it)| !it.buckets.is_empty())
    {
        let _ = write!(out, "{facet:>10} ");
        for bucket in &counts.buckets {
            values.push((facet.to_owned(), bucket.value.clone()));
            let mark = if bucket.selected { "*" } else { "" };
            let _ = write!(
                out,
                " +{}{mark} {} {} ",
                values.len(),
                bucket.value,
                bucket.count
            );
        }
        let _ = writeln!(out, " ({} more)", counts.other);
    }
    for (number, hit) in (1..).zip(&response.hits) {
        let _ = writeln!(out, "{number:>3}  {}", hit.title);
    }
    let hits = response.hits.iter().map(|hit| hit.id.to_string()).collect();
    Ok((values, hits))
}

#[cfg(test)]
#[test]
fn it_runs() {
    use pressmark::{Document, Schema};

    let index = Index::create_in_memory(Schema::default()).unwrap();
    let mut writer = index.writer().unwrap();
    for (id, title, country) in [
        ("1", "Oil prices fall", "Iran"),
        ("2", "Oil spill at sea", "Norway"),
        ("3", "Grain", "Norway"),
    ] {
        let document = Document::new(id).title(title).facet("country", country);
        writer.put(document.date("1986").unwrap()).unwrap();
    }
    writer.commit().unwrap();
    let searcher = index.searcher().unwrap();
    let asked = |lines: &str| {
        let mut out = Vec::new();
        run(&searcher, lines.as_bytes(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert!(asked("").starts_with("3 documents\n   country  +1 Norway 2  +2 Iran 1  (0 more)\n"));
    let narrowed = asked("oil\n+2\n");
    assert!(narrowed.contains("\n1 documents\n"), "{narrowed}");
    assert!(narrowed.contains("+2* Norway 1"), "{narrowed}");
    assert!(asked("oil\n+2\nback\n").ends_with(&asked("oil\n")[asked("").len()..]));
    assert!(asked("time\n").ends_with("      1986 3\n"));
    assert!(asked("grain\n1\n").ends_with("Grain\n\n\n"));
    assert!(asked("(oil\n").contains("bracket"), "{}", asked("(oil\n"));
}
