//! Configuration files, good and bad.

use super::*;
use crate::Schema;

const EXAMPLE: &str = r#"
[corpus]
include = ["**/*.jsonl"]
exclude = ["drafts/**"]

[fields]
body = ["...", "fulltext", "story"]
date = ["dc.date"]

[facets.country]
keys = ["country", "countries", "places"]
vocabulary = "country"
[facets.topic]
keys = ["topic", "topics", "tags"]
tree = "/"
split = ";"
[facets.desk]
keys = ["desk"]

[numbers.words]
keys = ["word_count"]

[[rules]]
path = "wire/{source}/{date}/**"
[[rules]]
path = "nyt/**"
set = { source = "New York Times", words = 12 }

[searches.gulf]
query = 'tanker NEAR/20 "persian gulf"'
"#;

fn parse(text: &str) -> Result<Config> {
    Config::parse(text, Path::new("pressmark.toml"))
}

#[test]
fn the_whole_promised_file_is_read() {
    let config = parse(EXAMPLE).unwrap();
    assert_eq!(config.include, ["**/*.jsonl"]);
    assert_eq!(config.exclude, ["drafts/**"]);
    let defaults = Schema::default();
    let mut body = defaults.fields.body.clone();
    body.push("story".to_owned());
    assert_eq!(config.schema.fields.body, body);
    assert_eq!(config.schema.fields.date, ["dc.date"]);
    assert_eq!(config.schema.fields.title, defaults.fields.title);
    let names: Vec<_> = config.schema.facets.iter().map(|f| &f.name[..]).collect();
    assert_eq!(
        names,
        [
            "country", "actor", "topic", "source", "author", "language", "desk"
        ]
    );
    let country = config.schema.find_facet("country").unwrap();
    assert_eq!(country.vocabulary.as_deref(), Some("country"));
    let topic = config.schema.find_facet("topic").unwrap();
    assert_eq!(topic.keys, ["topic", "topics", "tags"]);
    assert_eq!((topic.tree, topic.split.as_deref()), (Some('/'), Some(";")));
    assert_eq!(
        config.schema.find_number("words").unwrap().keys,
        ["word_count"]
    );
    assert_eq!(config.rules.len(), 2);
    assert_eq!(config.rules[1].set["source"], ["New York Times"]);
    assert_eq!(config.rules[1].set["words"], ["12"]);
    assert_eq!(
        config.searches["gulf"].query,
        "tanker NEAR/20 \"persian gulf\""
    );
}

#[test]
fn an_empty_file_is_no_file() {
    let config = parse("").unwrap();
    let expected = Config {
        path: Some("pressmark.toml".into()),
        ..Config::default()
    };
    assert_eq!(config, expected);
    assert_eq!(config.digests(), Config::default().digests());
}

#[test]
fn a_facet_given_in_part_keeps_the_rest_of_its_defaults() {
    let config = parse("[facets.topic]\nkeys = [\"...\", \"themes\"]").unwrap();
    let topic = config.schema.find_facet("topic").unwrap();
    assert_eq!(topic.tree, Some('/'));
    assert_eq!(topic.keys.last().unwrap(), "themes");
    assert_eq!(topic.keys.len(), 6);
    let config = parse("[facets.topic]\ntree = \"none\"\nvocabulary = \"none\"").unwrap();
    let topic = config.schema.find_facet("topic").unwrap();
    assert_eq!((topic.tree, topic.vocabulary.as_ref()), (None, None));
    let config = parse("[facets.desk]").unwrap();
    assert_eq!(config.schema.find_facet("desk").unwrap().keys, ["desk"]);
}

#[test]
fn the_digests_cover_what_decides_documents_and_nothing_else() {
    let plain = Config::default().digests();
    for (text, changes_text, changes_values) in [
        ("[searches.a]\nquery = \"b\"", false, false),
        ("[corpus]\ninclude = \"*.md\"", false, false),
        ("[corpus]\nexclude = \"*.md\"", false, false),
        ("[fields]\nbody = \"story\"", true, true),
        ("[fields]\ndate = \"day\"", false, true),
        ("[fields]\ndate = \"body.day\"", true, true),
        ("[facets.topic]\nsplit = \";\"", false, true),
        ("[facets.lead]\nkeys = \"Text\"", true, true),
        ("[facets.country]\ntagging = false", false, true),
        ("[tagging]\nenabled = false", false, true),
        ("[tagging]\nenabled = true", false, false),
        ("[numbers.words]", false, true),
        ("[numbers.words]\nkeys = \"content.words\"", true, true),
        ("[[rules]]\npath = \"{source}/**\"", false, true),
        ("[[rules]]\npath = \"{title}/**\"", true, true),
        (
            "[[rules]]\npath = \"a/**\"\nset = { title = \"A\" }",
            true,
            true,
        ),
    ] {
        let digests = parse(text).unwrap().digests();
        assert_eq!(digests.text != plain.text, changes_text, "{text}");
        assert_eq!(digests.values != plain.values, changes_values, "{text}");
        assert_eq!(Digests::split(&digests.join()), digests);
    }
}

#[test]
fn mistakes_are_named_with_their_line_and_remedy() {
    for (text, message, hint) in [
        (
            "[tagging]\nenable = false",
            "2: unknown key `enable` in `[tagging]`",
            "did you mean `enabled`?",
        ),
        (
            "[tagging]\nenabled = 1",
            "2: `enabled` must be `true` or `false`",
            "",
        ),
        (
            "[corpsu]\n",
            "1: unknown key `corpsu`",
            "did you mean `corpus`?",
        ),
        (
            "# é\n\n[corpus]\ninclde = []",
            "4: unknown key `inclde` in `[corpus]`",
            "did you mean `include`?",
        ),
        (
            "[fields]\nkicker = \"k\"",
            "2: unknown key `kicker` in `[fields]`",
            "known: `id`",
        ),
        (
            "[facets.country]\nkeys = []\nvocabulry = \"country\"",
            "3: unknown key `vocabulry` in `[facets.country]`",
            "did you mean `vocabulary`?",
        ),
        (
            "[facets.country]\nvocabulary = \"contry\"",
            "2: unknown vocabulary `contry`",
            "did you mean `country`?",
        ),
        (
            "[facets.near]\n",
            "1: `near` is a word of the query language",
            "call it",
        ),
        (
            "\n[facets.\"Big Desk\"]\n",
            "2: `Big Desk` cannot be the name",
            "lower-case",
        ),
        (
            "[facets.x]\ntree = \"->\"",
            "2: `tree` must be one character",
            "",
        ),
        ("[facets.x]\nsplit = \"\"", "2: `split` is empty", ""),
        (
            "[facets]\nx = 1",
            "2: `[facets.x]` must be a table, not a number",
            "",
        ),
        (
            "[corpus]\ninclude = [1]",
            "2: `include` must be a text in quotes, not a number",
            "",
        ),
        ("[numbers.country]", "1: `country` is a facet already", ""),
        (
            "[numbers.w]\nkyes = 1",
            "2: unknown key `kyes` in `[numbers.w]`",
            "`keys`",
        ),
        (
            "[[rules]]\nset = { source = \"x\" }",
            "1: a rule has no `path`",
            "path =",
        ),
        (
            "[[rules]]\npath = \"a/**\"",
            "1: the rule for `a/**` says nothing",
            "capture",
        ),
        (
            "[[rules]]\npath = \"{sorce}/**\"",
            "1: `sorce` in a rule is no facet",
            "did you mean `source`?",
        ),
        (
            "[[rules]]\npath = \"{source}/**\"\nset = { source = \"x\" }",
            "1: the rule for `{source}/**` gives `source` twice",
            "",
        ),
        (
            "[rules]\npath = \"a\"",
            "1: `rules` must be written as `[[rules]]`",
            "",
        ),
        (
            "[searches.\"a b\"]\nquery = \"x\"",
            "1: `a b` cannot be the name",
            "letters",
        ),
        ("[searches.a]\n", "1: `[searches.a]` has no `query`", ""),
        (
            "[searches.a]\nqeury = 'x'",
            "2: unknown key `qeury`",
            "`query`",
        ),
        ("[corpus]\n\ninclude = [\n", "3: unclosed array", ""),
        ("[corpus]\na = 1\na = 2", "3: duplicate key", ""),
    ] {
        let error = parse(text).unwrap_err();
        let expected = format!("pressmark.toml:{message}");
        assert!(
            error.message().starts_with(&expected),
            "{text}\n{}",
            error.message()
        );
        assert!(
            error.hint().unwrap_or("").contains(hint),
            "{text}\n{:?}",
            error.hint()
        );
        assert_eq!(error.kind(), ErrorKind::Config, "{text}");
        assert_eq!(error.path(), Some(Path::new("pressmark.toml")));
    }
}

#[test]
fn a_rule_may_speak_of_a_facet_declared_below_it() {
    let text = "[[rules]]\npath = \"{desk}/{language}/*.{md,txt}\"\n[facets.desk]\n";
    assert_eq!(parse(text).unwrap().rules.len(), 1);
}

#[test]
fn nesting_without_end_is_an_error() {
    let text = format!("a = {}", "[".repeat(100_000));
    assert!(parse(&text).is_err());
}

#[test]
fn a_file_that_is_not_text_is_an_error_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pressmark.toml");
    std::fs::write(&path, b"[corpus]\n# caf\xe9\n").unwrap();
    let error = Config::load(&path).unwrap_err();
    assert!(
        error.message().ends_with(":2: the text is not UTF-8"),
        "{error}"
    );
    std::fs::write(&path, " ".repeat((1 << 20) + 1)).unwrap();
    assert!(
        Config::load(&path)
            .unwrap_err()
            .message()
            .contains("larger than 1 MiB")
    );
    let error = Config::load(&folder.path().join("none.toml")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
}
