//! Every bar, cell, range and found value, compared with a naive scan of the same documents and
//! with the hits of the question that it leads to.

use super::*;
use crate::analysis::fold;

/// Of every precision; one lies in another day in UTC, one in another year.
const DATES: [&str; 11] = [
    "1962",
    "1962-10",
    "1962-10-28",
    "1962-10-28T09:00:00",
    "1962-10-29T23:30:00-01:00",
    "1963",
    "1963-01-01",
    "1962-12-31T23:00:00-02:00",
    "1962-12-31",
    "1963-03",
    "1963-02-28T12:00:00Z",
];
const SOUGHT: [&str; 8] = ["ira", "IL", "econ", "oil", "elections", "polit", "re", "e"];
/// Ids are below this: some documents replace others.
const FEW_IDS: u8 = 40;
const INTERVALS: [Interval; 5] = [
    Interval::Auto,
    Interval::Year,
    Interval::Month,
    Interval::Week,
    Interval::Day,
];

#[derive(Debug, Clone)]
struct Dated {
    article: Article,
    date: Option<usize>,
    numbers: Vec<u8>,
}

impl Dated {
    fn date(&self) -> Option<PartialDate> {
        self.date.map(|date| DATES[date].parse().unwrap())
    }

    fn document(&self) -> Document {
        let mut document = document(&Article {
            year: None,
            ..self.article.clone()
        });
        document.date = self.date();
        for &number in &self.numbers {
            document = document.number("words", f64::from(number));
        }
        document
    }
}

fn dated() -> impl Strategy<Value = Dated> {
    let date = prop::option::weighted(0.85, 0..DATES.len());
    let numbers = prop::collection::vec(0..40u8, 0..3);
    (article(), date, numbers).prop_map(|(mut article, date, numbers)| {
        article.id %= FEW_IDS;
        Dated {
            article,
            date,
            numbers,
        }
    })
}

/// A question with its naive answer.
struct Case {
    searcher: Searcher,
    request: SearchRequest,
    /// In canonical form.
    query: String,
    /// Those of the documents that are hits.
    hits: Vec<Dated>,
    all: Vec<Dated>,
}

impl Case {
    fn count(&self, is_counted: impl Fn(&Dated) -> bool) -> u64 {
        self.hits.iter().filter(|hit| is_counted(hit)).count() as u64
    }

    /// That a number is right, and the number of the hits that its clause leads to.
    fn check(
        &self,
        clause: &str,
        count: u64,
        is_counted: impl Fn(&Dated) -> bool,
    ) -> Result<(), TestCaseError> {
        prop_assert_eq!(count, self.count(is_counted), "{} {}", self.query, clause);
        let narrowed = self.request.narrowed(&self.query, clause);
        let leads_to = self.searcher.search(&narrowed).unwrap().total;
        prop_assert_eq!(count, leads_to, "{} AND {}", self.query, clause);
        Ok(())
    }

    fn timeline(&self, interval: Interval, split: &str) -> Result<(), TestCaseError> {
        let request = TimelineRequest::new(self.request.clone()).interval(interval);
        let mut request = request.split(split).share();
        request.series = Top::All;
        let timeline = self.searcher.timeline(&request).unwrap();
        prop_assert_eq!(timeline.total, self.hits.len() as u64);
        let bars = || timeline.bars.iter().chain(&timeline.unknown);
        let sum = bars().map(|bar| bar.count).sum::<u64>() + timeline.undated.count;
        prop_assert_eq!(sum, timeline.total);
        let ends = |bar: &TimeBar| {
            let from = bar.start.unwrap();
            let to = match timeline.interval {
                Interval::Week => (0..6).fold(from, |day, _| day.following().unwrap()),
                _ => bar.period.parse().unwrap(),
            };
            (from.start(), to.end())
        };
        for pair in timeline.bars.windows(2) {
            prop_assert_eq!(ends(&pair[0]).1 + 1, ends(&pair[1]).0, "no gap");
        }
        for end in [timeline.bars.first(), timeline.bars.last()]
            .into_iter()
            .flatten()
        {
            prop_assert!(end.count > 0, "it begins and ends with a hit");
        }
        let split = timeline.split.as_ref().unwrap();
        let part = |value: &str| {
            let node = node_of(value, split.facet == "topic");
            let facet = split.facet.clone();
            move |hit: &Dated| of_facet(&facet, hit).contains(&node)
        };
        for (number, bar) in timeline.bars.iter().enumerate() {
            let (start, end) = ends(bar);
            let is_in = |hit: &Dated| {
                hit.date()
                    .is_some_and(|date| date.start() >= start && date.end() <= end)
            };
            if bar.count > 0 || number % 50 == 1 {
                self.check(&bar.query, bar.count, is_in)?;
                for (value, count) in split.values.iter().zip(&bar.split) {
                    let both = format!("({}) AND {}", bar.query, value.query);
                    let part = part(&value.value);
                    self.check(&both, *count, |hit| is_in(hit) && part(hit))?;
                }
            }
            let corpus = self.all.iter().filter(|document| is_in(document)).count();
            prop_assert_eq!(bar.corpus, Some(corpus as u64));
        }
        for bar in &timeline.unknown {
            let is_it = |hit: &Dated| hit.date.is_some_and(|date| DATES[date] == bar.period);
            self.check(&bar.query, bar.count, is_it)?;
            prop_assert!(bar.count > 0);
        }
        let bar = &timeline.undated;
        self.check(&bar.query, bar.count, |hit| hit.date.is_none())?;
        for value in &split.values {
            self.check(&value.query, value.count, part(&value.value))?;
        }
        let without = self.count(|hit| of_facet(&split.facet, hit).is_empty());
        prop_assert_eq!(split.missing, without);
        Ok(())
    }

    fn crossing(&self, rows: &str, columns: &str, top: Top) -> Result<(), TestCaseError> {
        let mut request = CrossRequest::new(self.request.clone(), rows, columns);
        request.top = top;
        let crossing = self.searcher.cross(&request).unwrap();
        prop_assert_eq!(crossing.total, self.hits.len() as u64);
        let has = |side: &CrossSide, value: &CountedValue| {
            let node = node_of(&value.value, side.facet == "topic");
            let facet = side.facet.clone();
            move |hit: &Dated| of_facet(&facet, hit).contains(&node)
        };
        for side in [&crossing.rows, &crossing.columns] {
            for value in &side.values {
                self.check(&value.query, value.count, has(side, value))?;
            }
            let without = self.count(|hit| of_facet(&side.facet, hit).is_empty());
            prop_assert_eq!(side.missing, without);
        }
        for (row, cells) in crossing.rows.values.iter().zip(&crossing.cells) {
            for (column, cell) in crossing.columns.values.iter().zip(cells) {
                let (one, other) = (has(&crossing.rows, row), has(&crossing.columns, column));
                self.check(&cell.query, cell.count, |hit| one(hit) && other(hit))?;
                prop_assert_eq!(
                    cell.lift,
                    lift(cell.count, row.count, column.count, crossing.total)
                );
            }
        }
        Ok(())
    }

    fn ranges(&self, name: &str, ranges: &[&str]) -> Result<(), TestCaseError> {
        let request = RangesRequest::new(self.request.clone(), name).ranges(ranges.to_vec());
        let counts = self.searcher.ranges(&request).unwrap();
        let mut inside = vec![false; self.hits.len()];
        for range in &counts.ranges {
            let is_in = |hit: &Dated| match range.range.split_once("..") {
                _ if name == "words" => {
                    let (from, to) = numbers_in(&range.range);
                    hit.numbers
                        .iter()
                        .any(|number| (from..=to).contains(number))
                }
                ends => {
                    let read = |text: &str| text.parse::<PartialDate>().ok();
                    let (from, to) = ends.unwrap_or((&range.range, &range.range));
                    let asked = DateRange {
                        from: read(from),
                        to: read(to),
                    };
                    hit.date()
                        .is_some_and(|date| match self.request.date_match {
                            DateMatch::Within => asked.contains(date),
                            DateMatch::Overlap => asked.overlaps(date),
                        })
                }
            };
            self.check(&range.query, range.count, is_in)?;
            for (hit, inside) in self.hits.iter().zip(&mut inside) {
                *inside |= is_in(hit);
            }
        }
        let has = |hit: &Dated| match name {
            "words" => !hit.numbers.is_empty(),
            _ => hit.date.is_some(),
        };
        let outside = self.hits.iter().zip(inside);
        let outside = outside.filter(|(hit, inside)| has(hit) && !inside).count();
        prop_assert_eq!(counts.outside, outside as u64);
        prop_assert_eq!(counts.missing, self.count(|hit| !has(hit)));
        if ranges.is_empty() {
            prop_assert_eq!(counts.outside, 0, "what is made of the hits holds them all");
        }
        Ok(())
    }

    /// Values found and in order, on pages and in one list.
    fn values(
        &self,
        naive: &Naive,
        facet: &'static str,
        find: Option<&str>,
        order: ValueOrder,
        page: usize,
    ) -> Result<(), TestCaseError> {
        let tree = facet == "topic";
        let mut request = self.request.clone().facets([facet]).order_values(order);
        request.values.find = find.map(str::to_owned);
        request.top = Top::All;
        let list = |request: &SearchRequest| {
            let answer = self.searcher.search(request).unwrap();
            answer.facets.get(facet).unwrap().clone()
        };
        let whole = list(&request);
        prop_assert_eq!((whole.other, whole.next), (0, None));
        let counted = naive.others(facet);
        let mut listed = BTreeSet::new();
        for bucket in &whole.buckets {
            let node = node_of(&bucket.value, tree);
            prop_assert_eq!(bucket.count, naive.count(facet, &node), "{}", node);
            prop_assert_eq!(bucket.combined, naive.combined(facet, &node), "{}", node);
            if order == ValueOrder::Lift {
                let corpus = self
                    .all
                    .iter()
                    .filter(|it| of_facet(facet, it).contains(&node));
                let corpus = corpus.count() as u64;
                prop_assert_eq!(bucket.corpus, Some(corpus));
                let expected = lift(bucket.count, counted, corpus, self.all.len() as u64);
                prop_assert_eq!(bucket.lift, expected);
            }
            prop_assert!(listed.insert(node), "listed twice");
        }
        if let Some(find) = find {
            for node in naive.facets[facet].iter().flatten() {
                let step = node.rsplit('/').next().unwrap();
                if step.contains(&fold(find)) && naive.count(facet, node) > 0 {
                    prop_assert!(listed.contains(node), "{} has {}", node, find);
                }
            }
        }
        let ranked = |counts: &FacetCounts| {
            let free = counts.buckets.iter().filter(|bucket| !bucket.selected);
            free.cloned().collect::<Vec<Bucket>>()
        };
        let all = ranked(&whole);
        let chosen = whole.buckets.len() - all.len();
        for pair in all.windows(2).filter(|_| find.is_none()) {
            let key = |bucket: &Bucket| {
                let is_loose = bucket.count < FIRM_COUNT;
                match order {
                    ValueOrder::Count => (false, 0.0, u64::MAX - bucket.count),
                    ValueOrder::Lift => (is_loose, -bucket.lift.unwrap(), 0),
                    _ => (false, 0.0, 0),
                }
            };
            prop_assert!(key(&pair[0]) <= key(&pair[1]), "{:?}", pair);
            if order == ValueOrder::Name || key(&pair[0]) == key(&pair[1]) && chosen == 0 {
                let name = |bucket: &Bucket| node_of(&bucket.value, tree);
                let is_lift = order == ValueOrder::Lift;
                prop_assert!(is_lift || name(&pair[0]) < name(&pair[1]), "{:?}", pair);
            }
        }
        request.top = Top::Buckets(page);
        let mut pages = Vec::new();
        let mut from = Some(1);
        while let Some(rank) = from {
            let page = list(&request.clone().values_from(rank));
            prop_assert_eq!(page.distinct, whole.distinct);
            let free = ranked(&page);
            prop_assert_eq!(
                page.buckets.len() - free.len(),
                chosen,
                "chosen ones always"
            );
            prop_assert!(!free.is_empty() || all.is_empty());
            let shown = page.buckets.iter().filter(|bucket| {
                bucket.count > 0 && listed.contains(&node_of(&bucket.value, tree))
            });
            prop_assert!(
                page.other <= page.distinct && shown.count() as u64 + page.other >= page.distinct
            );
            pages.extend(free);
            from = page.next;
        }
        prop_assert_eq!(pages, all, "every value is reached");
        Ok(())
    }
}

/// First and last number of a range.
fn numbers_in(range: &str) -> (u8, u8) {
    let read = |text: &str| text.parse().unwrap();
    if let Some((from, to)) = range.split_once("..") {
        return (read(from), read(to));
    }
    if let Some(from) = range.strip_prefix(">=") {
        return (read(from), u8::MAX);
    }
    let only = read(range.trim_start_matches('='));
    (only, only)
}

/// What a document counts for in a facet.
fn of_facet(facet: &str, dated: &Dated) -> BTreeSet<String> {
    nodes(&dated.article.values(facet), facet == "topic")
}

impl Naive {
    /// The documents among which a facet's values are counted.
    fn others(&self, facet: &str) -> u64 {
        let passes = |&doc: &usize| self.others_pass(facet, doc);
        (0..self.matches.len()).filter(passes).count() as u64
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn every_bar_cell_range_and_found_value_equals_a_naive_scan(
        batches in prop::collection::vec(prop::collection::vec(dated(), 0..14), 1..4),
        deleted in prop::collection::vec(0..FEW_IDS, 0..5),
        word in prop::option::of(0..WORDS.len()),
        (since, overlap) in (prop::option::of(0..DATES.len()), any::<bool>()),
        country in choice(&COUNTRIES),
        topic in choice(&TOPICS),
        chosen in 0..4u8,
        interval in prop::sample::select(INTERVALS.to_vec()),
        facets in (prop::sample::select(vec!["country", "topic"]), any::<bool>()),
        find in prop::option::of(prop::sample::select(SOUGHT.to_vec())),
        order in prop::sample::select(vec![ValueOrder::Count, ValueOrder::Name, ValueOrder::Lift]),
        page in 1..4usize,
    ) {
        let schema = Schema::default().without_vocabularies();
        let schema = schema.number(NumberDefinition::new("words")).unwrap();
        let index = Index::create_in_memory(schema).unwrap();
        let mut writer = index.writer().unwrap();
        let mut live: BTreeMap<u8, Dated> = BTreeMap::new();
        for batch in &batches {
            for dated in batch {
                writer.put(dated.document()).unwrap();
                live.insert(dated.article.id, dated.clone());
            }
            writer.commit().unwrap();
        }
        for id in &deleted {
            writer.delete(&format!("d{id}")).unwrap();
            live.remove(id);
        }
        writer.commit().unwrap();
        let searcher = index.searcher().unwrap();
        let all: Vec<Dated> = live.into_values().collect();

        // Often no choice, or there were hardly any hits.
        let country = if chosen & 1 == 1 { country } else { NaiveChoice::default() };
        let topic = if chosen & 2 == 2 { topic } else { NaiveChoice::default() };
        let mut request = match word {
            Some(word) => SearchRequest::query(WORDS[word]).unwrap(),
            None => SearchRequest::all(),
        };
        request.dates.from = since.map(|date| DATES[date].parse().unwrap());
        if overlap {
            request.date_match = DateMatch::Overlap;
        }
        apply(&mut request, "country", &country);
        apply(&mut request, "topic", &topic);
        let matches = |dated: &Dated| {
            word.is_none_or(|word| dated.article.words.contains(&word))
                && (since.is_none() || dated.date().is_some_and(|date| {
                    if overlap { request.dates.overlaps(date) } else { request.dates.contains(date) }
                }))
        };
        let naive = Naive {
            facets: ["country", "topic"]
                .map(|facet| (facet, all.iter().map(|dated| of_facet(facet, dated)).collect()))
                .into(),
            matches: all.iter().map(matches).collect(),
            choices: BTreeMap::from([("country", country), ("topic", topic)]),
        };
        let hits: Vec<Dated> = naive.hits().into_iter().map(|doc| all[doc].clone()).collect();
        let answer = searcher.search(&request).unwrap();
        prop_assert_eq!(answer.total, hits.len() as u64);
        let case = Case { searcher, request, query: answer.query, hits, all };

        let (one, other) = match facets {
            (one, false) => (one, one),
            ("country", true) => ("country", "topic"),
            (_, true) => ("topic", "country"),
        };
        case.timeline(interval, one)?;
        case.crossing(one, other, Top::Buckets(page + 1))?;
        case.ranges("words", &[])?;
        case.ranges("words", &["0..9", "5..19", ">=20", "=3"])?;
        case.ranges("date", &["..1962", "1962-10", "1962-10-28..1963", "1963.."])?;
        case.values(&naive, one, find, order, page)?;
    }
}
