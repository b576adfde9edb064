//! The ends of the long help texts: examples, whose lines are kept as they are.

/// The end of the help of the program.
pub(super) const AFTER_HELP: &str = "\
Two commands lead to the first answer:
  pressmark index articles
  pressmark search -C articles '\"port strike\"'

Exit status:
  0    hits, or done
  1    no hits, unknown id, no match, damage
  2    error
  3    `index` finished, and some records failed
  130  interrupted";

pub(super) const CHECK_HELP: &str = "\
Examples:
  pressmark check
  pressmark check --index /backup/articles --deep
  pressmark check --counts --questions 1000";

pub(super) const REPAIR_HELP: &str = "\
Examples:
  pressmark repair
  pressmark repair --yes";

pub(super) const COMPLETIONS_HELP: &str = "\
Example:
  pressmark completions bash > ~/.local/share/bash-completion/completions/pressmark";

pub(super) const EXPLAIN_HELP: &str = "\
Examples:
  pressmark explain 'oil and gas OR coal'
  pressmark explain 'oil NOT gas' --id news/talks.md";

pub(super) const EXPORT_HELP: &str = "\
Examples:
  pressmark export oil --format csv --fields id,date,title,facets > oil.csv
  pressmark export --format ids | sort > all-ids.txt";

pub(super) const FACETS_HELP: &str = "\
Examples:
  pressmark facets oil --facets country,topic --top 20
  pressmark facets --facets actor --find nasr
  pressmark facets tanker --facets country --by lift
  pressmark facets sanctions --timeline month --split country
  pressmark facets oil --cross country,topic --format csv > pairs.csv
  pressmark facets --ranges words:..499,500..999,1000..
  pressmark facets --format csv > counts.csv";

pub(super) const INDEX_HELP: &str = "\
Examples:
  pressmark index articles
  pressmark index articles --dry-run
  pressmark index articles --wait 600 --max-errors 1% --progress jsonl
  pressmark index --rebuild
  pressmark index articles --watch";

pub(super) const OPEN_HELP: &str = "\
Examples:
  pressmark open 3
  pressmark open news/talks.md --print";

pub(super) const SEARCH_HELP: &str = "\
Queries, here as in `facets`, `export` and `explain`:
  missile production         both words, in any form, in title or text
  \"ballistic missiles\"       these forms, in this order
  sanction*, colo?r, netany~ parts of words; other spellings
  oil NEAR/5 price           within 5 words; in order: BEFORE/5
  oil OR gas, NOT nuclear    one of them; without it; with parentheses
  title:talks                in the title
  country:Iran               a facet value, or anything below it
  date:1962-10..1963         dated within, both ends included
  has:actor, missing:date    with any value, without one
  path:news/**, @gulf        where the file lies; a search of pressmark.toml

Examples:
  pressmark search '\"ballistic missiles\" NOT nuclear'
  pressmark search oil -f country=Iran -f country=Iraq --since 1987
  pressmark search drought -l -0 | xargs -0 cp -t pack/";

pub(super) const SHOW_HELP: &str = "\
Examples:
  pressmark show 3
  pressmark show news/talks.md";

pub(super) const STATUS_HELP: &str = "\
Examples:
  pressmark status --failed
  pressmark status --keys";

pub(super) const VOCABULARY_CHECK_HELP: &str = "\
Example:
  pressmark vocabulary check -C articles";

pub(super) const VOCABULARY_COMPILE_HELP: &str = "\
Example:
  pressmark vocabulary compile";

pub(super) const VOCABULARY_HELP: &str = "\
Examples:
  pressmark vocabulary show Persia
  pressmark vocabulary check";

pub(super) const VOCABULARY_PREVIEW_HELP: &str = "\
Examples:
  pressmark vocabulary preview draft.toml
  pressmark vocabulary preview --without own.toml";

pub(super) const VOCABULARY_SHOW_HELP: &str = "\
Examples:
  pressmark vocabulary show
  pressmark vocabulary show IRN
  pressmark vocabulary show Georgia --in country";
