//! pressmark's side: the library's own search.

use std::path::Path;

use anyhow::Result;
use pressmark::{Index, SearchRequest, SearchResponse, Searcher};

/// Chosen values by facet.
pub type Choices = Vec<(String, Vec<String>)>;

pub fn open(folder: &Path, facet_memory: Option<usize>) -> Result<Searcher> {
    let mut index = Index::open(folder)?;
    if let Some(bytes) = facet_memory {
        index = index.with_facet_memory(bytes);
    }
    Ok(index.searcher()?)
}

/// `*` is every document, anything else a query.
pub fn request(word: &str, facets: &[String], choices: &Choices, hits: usize) -> Result<SearchRequest> {
    let mut request = match word {
        "*" => SearchRequest::all(),
        word => SearchRequest::query(word)?,
    };
    for (facet, values) in choices {
        for value in values {
            request = request.filter(facet, value);
        }
    }
    Ok(request.facets(facets).limit(hits).snippets(0))
}

/// One search, or the four that it replaces: what is not chosen under everything, and each chosen
/// facet under the choices in the others.
pub fn apart(word: &str, facets: &[String], choices: &Choices) -> Result<Vec<SearchRequest>> {
    let chosen = |name: &String| choices.iter().any(|(facet, _)| facet == name);
    let others: Vec<String> = facets.iter().filter(|name| !chosen(name)).cloned().collect();
    let mut requests = vec![request(word, &others, choices, 10)?];
    for (facet, _) in choices {
        let mut rest = choices.clone();
        rest.retain(|(other, _)| other != facet);
        requests.push(request(word, std::slice::from_ref(facet), &rest, 0)?);
    }
    Ok(requests)
}

/// Value and count of each bucket of a facet.
pub fn buckets(answer: &SearchResponse, facet: &str) -> Vec<(String, u64)> {
    let counts = answer.facets.get(facet);
    let buckets = counts.into_iter().flat_map(|counts| &counts.buckets);
    buckets
        .map(|bucket| (bucket.value.clone(), bucket.count))
        .collect()
}
