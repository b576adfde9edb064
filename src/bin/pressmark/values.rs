//! Every value of a facet with its documents, by asking for it.

use std::collections::BTreeMap;

use pressmark::{SearchRequest, Searcher, Top};

use crate::failure::Failure;

/// Nodes of a tree below which is looked; what lies below further ones is passed over.
const MOST_LEVELS: usize = 2_000;

/// The documents of every value of a facet, at every depth of its tree.
pub(crate) fn of_facet(searcher: &Searcher, facet: &str) -> Result<BTreeMap<String, u64>, Failure> {
    let mut values = BTreeMap::new();
    let mut open = vec![None];
    let mut looked = 0;
    while let Some(above) = open.pop() {
        looked += 1;
        let mut request = SearchRequest::all().facets([facet]).limit(0);
        request.top = Top::All;
        if let Some(above) = above {
            request = request.filter(facet, above);
        }
        let response = searcher.search(&request)?;
        let buckets = response.facets.get(facet).map(|counts| &counts.buckets);
        for bucket in buckets.into_iter().flatten() {
            let is_new = values.insert(bucket.value.clone(), bucket.count).is_none();
            let has_below = bucket.children.is_some_and(|children| children > 0);
            if is_new && has_below && looked + open.len() < MOST_LEVELS {
                open.push(Some(bucket.value.clone()));
            }
        }
    }
    Ok(values)
}
