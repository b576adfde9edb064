//! Models of small corpora: what they learn, say and refuse.

use super::*;
use crate::ErrorKind;
use crate::analysis::Language;
use crate::tagging::Article;

/// Sentences of three topics and of none, with words of their own and words of all.
const SENTENCES: [(&str, &[&str]); 4] = [
    (
        "oil",
        &[
            "tanker", "crude", "refinery", "barrel", "pipeline", "drilling",
        ],
    ),
    (
        "grain",
        &["wheat", "harvest", "silo", "bushel", "maize", "sowing"],
    ),
    (
        "Banks",
        &["lender", "deposit", "branch", "loan", "credit", "vault"],
    ),
    (
        "",
        &["singer", "stage", "concert", "violin", "choir", "opera"],
    ),
];

/// An article about some of these subjects; `number` chooses among their words, and names it.
fn body(number: usize, subjects: &[usize]) -> String {
    let name = char::from(b'a' + (number % 26) as u8);
    let mut body = format!(
        "People said yesterday in {name}{} that the",
        "ville".repeat(number / 26)
    );
    for (turn, &subject) in subjects.iter().enumerate() {
        let words = SENTENCES[subject].1;
        for step in [1, 2, 4] {
            let word = words[(number / 3 + turn + step) % words.len()];
            body.extend([" ", word, " was new and the"]);
        }
    }
    body.push_str(" week was long.");
    body
}

/// Sixty documents: each third about one subject, some about two.
fn corpus() -> Vec<(String, Vec<&'static str>)> {
    (0..60)
        .map(|number| {
            let mut subjects = vec![number % 3];
            if number % 7 == 0 {
                subjects.push((number + 1) % 3);
            }
            let topics = subjects.iter().map(|&subject| SENTENCES[subject].0);
            (body(number, &subjects), topics.collect())
        })
        .collect()
}

fn article(body: &str) -> Article<'_> {
    Article::new("", body, Language::ENGLISH)
}

fn trainer(corpus: &[(String, Vec<&str>)]) -> Trainer {
    let mut trainer = Trainer::new();
    for (body, topics) in corpus {
        trainer.add(&article(body), topics);
    }
    trainer
}

fn train(corpus: &[(String, Vec<&str>)], threads: usize) -> TopicModel {
    trainer(corpus)
        .finish(threads, &|| Ok(()))
        .unwrap()
        .unwrap()
}

fn topics<'m>(model: &'m TopicModel, article: &Article<'_>) -> Vec<&'m str> {
    let mut reader = Reader::default();
    reader.read(article);
    let decisions = model.decide(&mut reader);
    decisions
        .iter()
        .map(|d| &*model.topics()[d.topic].name)
        .collect()
}

#[test]
fn topics_are_learned_and_found_in_new_texts() {
    let model = train(&corpus(), 1);
    assert_eq!(model.documents(), 60);
    let known: Vec<&str> = model.topics().iter().map(|topic| &*topic.name).collect();
    assert_eq!(known, ["Banks", "grain", "oil"]);
    for topic in model.topics() {
        assert!(topic.f1 > 0.9, "{topic:?}");
    }
    let check = |body: &str, expected: &[&str]| {
        assert_eq!(topics(&model, &article(body)), expected, "{body}");
    };
    check("A barrel of crude left the refinery by pipeline.", &["oil"]);
    check("The harvest of wheat, and bushels of maize.", &["grain"]);
    check(
        "Tankers of crude, barrels; wheat harvests, silos and maize.",
        &["grain", "oil"],
    );
    check("A word that nobody wrote.", &[]);
    check("", &[]);
}

#[test]
fn the_same_documents_give_the_same_bytes() {
    let mut corpus = corpus();
    let expected = train(&corpus, 1).to_bytes();
    corpus.rotate_left(17);
    corpus.reverse();
    corpus.push(corpus[3].clone());
    let again = train(&corpus, 3);
    // Said twice, and seen twice.
    assert_eq!(again.seen(), 61);
    let mut parts = again.parts.clone();
    parts.seen = 60;
    assert_eq!(bytes::encode(&parts), expected);
    corpus.pop();
    corpus.pop();
    assert_ne!(train(&corpus, 2).to_bytes(), expected);
}

#[test]
fn evidence_is_words_of_the_text() {
    let model = train(&corpus(), 1);
    let article = Article::new(
        "Refineries stand still",
        "“Crude” — the barrels of crude, crude and Crude’s price; a singer sang.",
        Language::ENGLISH,
    );
    let mut reader = Reader::default();
    reader.read(&article);
    let decisions = model.decide(&mut reader);
    let [decision] = decisions.as_slice() else {
        panic!("{decisions:?}");
    };
    assert!((0.5..=0.99).contains(&decision.confidence), "{decision:?}");
    let mut surfaces: Vec<&str> = decision
        .evidence
        .iter()
        .map(|e| &article.text(e.field)[e.range.clone()])
        .collect();
    surfaces.sort_unstable();
    assert_eq!(
        surfaces,
        ["Crude", "Refineries", "barrels", "crude", "crude"]
    );
    let shares = decision.evidence.iter().map(|e| e.share);
    assert!(shares.clone().is_sorted_by(|a, b| a >= b), "{decision:?}");
    assert!(shares.clone().all(|share| share > 0.0 && share <= 1.0));
}

#[test]
fn too_few_documents_teach_nothing() {
    let corpus = corpus();
    let model = |corpus: &[(String, Vec<&str>)]| trainer(corpus).finish(1, &|| Ok(())).unwrap();
    assert_eq!(model(&[]), None);
    assert_eq!(model(&corpus[..MIN_TRAINING_DOCUMENTS - 1]), None);
    let all_alike: Vec<_> = corpus
        .iter()
        .map(|(body, _)| (body.clone(), vec!["oil"]))
        .collect();
    assert_eq!(model(&all_alike), None, "no document says what is not oil");

    let mut with_rare = corpus.clone();
    for (document, topic) in [
        (0, "rare"),
        (1, "Rare"),
        (2, "RARE"),
        (3, "once"),
        (5, "once"),
    ] {
        with_rare[document].1.push(topic);
    }
    let model = model(&with_rare).unwrap();
    let names = |topics: &[Topic]| topics.iter().map(|t| t.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(model.topics()), ["Banks", "RARE", "grain", "oil"]);
    let [thin] = model.thin_topics() else {
        panic!("{:?}", model.thin_topics());
    };
    assert_eq!((&*thin.name, thin.documents), ("once", 2));
}

#[test]
fn work_can_be_ended() {
    for threads in [1, 4] {
        let stop = || Err(crate::Error::new(ErrorKind::Cancelled, "enough"));
        let error = trainer(&corpus()).finish(threads, &stop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
    }
}

#[test]
fn bytes_give_the_model_back() {
    let mut corpus = corpus();
    corpus[0].1.push("once, in Ünïcode");
    let model = train(&corpus, 1);
    let bytes = model.to_bytes();
    let read = TopicModel::read(&bytes).unwrap();
    assert_eq!(read, model);
    assert_eq!(read.hash(), model.hash());
    assert_eq!(read.to_bytes(), bytes);
}

#[test]
fn damaged_bytes_are_refused() {
    let bytes = train(&corpus(), 1).to_bytes();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        let error = TopicModel::read(&damaged).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{at}: {error}");
    }
    for length in (0..bytes.len()).step_by(7) {
        let error = TopicModel::read(&bytes[..length]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{length}");
    }
}

/// Bytes that somebody sealed again after changing them: never a panic, and what is read can be
/// used.
#[test]
fn forged_bytes_do_no_harm() {
    let bytes = train(&corpus(), 1).to_bytes();
    let content = &bytes[..bytes.len() - 32];
    let text = body(3, &[0, 1, 2]);
    let mut refused = 0;
    let mut check = |mut forged: Vec<u8>| {
        let seal = blake3::hash(&forged);
        forged.extend_from_slice(seal.as_bytes());
        match TopicModel::read(&forged) {
            Ok(model) => drop(topics(&model, &article(&text))),
            Err(error) => {
                let is_named = matches!(error.kind(), ErrorKind::Damaged | ErrorKind::Version);
                assert!(is_named, "{error}");
                refused += 1;
            }
        }
    };
    for at in 0..content.len() {
        for value in [0, 0x7F, 0xFF, content[at].wrapping_add(1)] {
            let mut forged = content.to_vec();
            forged[at] = value;
            check(forged);
        }
    }
    for length in 0..content.len() {
        check(content[..length].to_vec());
    }
    check([content, &[0]].concat());
    assert!(refused > content.len(), "{refused}");
}

#[test]
fn another_version_says_so() {
    let bytes = train(&corpus(), 1).to_bytes();
    let mut other = bytes[..bytes.len() - 32].to_vec();
    other[4] += 1;
    let seal = blake3::hash(&other);
    other.extend_from_slice(seal.as_bytes());
    let error = TopicModel::read(&other).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Version);
    assert!(error.hint().is_some_and(|hint| hint.contains("--retag")));
}
