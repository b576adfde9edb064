//! Tables of words as people write them, and the laws every text obeys.

use proptest::prelude::*;

use super::fold::{fold_ascii, fold_clusters};
use super::tokens::walk;
use super::{Analyzer, Language, MAX_TOKEN_BYTES, MAX_TOKEN_CHARACTERS, fold, tokenize, unpack};

fn exact(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    tokenize(text, |token| words.push(token.exact.to_owned()));
    words
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(exact(text), expected, "{text:?}");
}

#[test]
fn words_are_divided_by_signs() {
    check("", &[]);
    check(" \t\n&–!", &[]);
    check(
        "Ballistic missiles, again.",
        &["ballistic", "missiles", "again"],
    );
    check(
        "iran:iraq iran_iraq ended.The",
        &["iran", "iraq", "iran", "iraq", "ended", "the"],
    );
    check(
        "and/or cease-fire non\u{2011}aligned",
        &["and", "or", "cease", "fire", "non", "aligned"],
    );
    check("C++ AT&T F-16s B2B", &["c", "at", "t", "f", "16s", "b2b"]);
    check(
        "a@b.org https://www.un.org/x",
        &["a", "b", "org", "https", "www", "un", "org", "x"],
    );
    check("“Iran”—‘Iraq’…Syria", &["iran", "iraq", "syria"]);
    check(
        "control\u{1}chars\u{2}divide\0too",
        &["control", "chars", "divide", "too"],
    );
    check("\u{FEFF}bom 🚀 rocket🚀s", &["bom", "rocket", "s"]);
}

#[test]
fn numbers_keep_their_marks() {
    check(
        "5.93 1,200 1,234.56 3,000m",
        &["5.93", "1,200", "1,234.56", "3,000m"],
    );
    check(
        "1. 2, 3.4. 5,,6 7..8",
        &["1", "2", "3.4", "5", "6", "7", "8"],
    );
    check(
        "12:30 2024-03-18 10% $5",
        &["12", "30", "2024", "03", "18", "10", "5"],
    );
    check(
        "1'200 1990's v1.2 a1.b2",
        &["1'200", "1990", "v1.2", "a1", "b2"],
    );
    check("۱۳۵۷ ١٢٫٥ १९४७ １９８４", &["1357", "12.5", "1947", "1984"]);
    check(
        "km² Iran¹ 2½ CO₂ ①",
        &["km", "2", "iran", "1", "2", "1", "2", "co2", "1"],
    );
    check("ⅣX", &["ivx"]);
}

#[test]
fn apostrophes_are_alike_and_possessives_go() {
    for apostrophe in ["'", "’", "ʼ", "＇", "‘", "´"] {
        let text = "Iran's Iranians' O'Brien O'Brien's 'tis don't 'quoted' rock'n'roll"
            .replace('\'', apostrophe);
        check(
            &text,
            &[
                "iran",
                "iranians",
                "o'brien",
                "o'brien",
                "tis",
                "don't",
                "quoted",
                "rock'n'roll",
            ],
        );
    }
    check("IRAN'S iran's's 's s'", &["iran", "iran", "s", "s"]);
}

#[test]
fn elided_articles_go_before_a_vowel() {
    check(
        "l'homme L’État d'Estaing qu'il",
        &["homme", "etat", "estaing", "il"],
    );
    check("dell'arte all'Italia jusqu'ici", &["arte", "italia", "ici"]);
    check(
        "D'Souza N'Djamena Qur'an L'80",
        &["d'souza", "n'djamena", "qur'an", "l'80"],
    );
    check("qu'd'a l's d'l'un", &["qu'd'a", "l", "d'l'un"]);
}

#[test]
fn acronyms_are_joined() {
    check(
        "U.S. U.S.A. U.N. USA U.S",
        &["us", "usa", "un", "usa", "us"],
    );
    check(
        "the U.S.-led U.S.’s U.S.'s policy",
        &["the", "us", "led", "us", "us", "policy"],
    );
    check(
        "J.F.Kennedy A.Kowalski J. F. K.",
        &["jf", "kennedy", "a", "kowalski", "j", "f", "k"],
    );
    check("e.g. i.e., 5 p.m. (a.b.c)", &["eg", "ie", "5", "pm", "abc"]);
    check(
        "С.Ш.А. Η.Π.Α. U.5 U.S5 x.y1",
        &["сша", "ηπα", "u", "5", "u", "s5", "x", "y1"],
    );
    check("U.S.. U..S plan B.It", &["us", "u", "s", "plan", "b", "it"]);
    check("ß.a É.U.", &["ss", "a", "eu"]);
}

#[test]
fn accents_and_case_never_matter() {
    check("Müller MÜLLER mu\u{308}ller muller", &["muller"; 4]);
    check("résumé re\u{301}sume\u{301} RÉSUMÉ", &["resume"; 3]);
    check("İstanbul ISTANBUL Işık", &["istanbul", "istanbul", "isik"]);
    check("ΟΔΟΣ οδος ὁδός", &["οδοσ"; 3]);
    check("Straße STRASSE STRAẞE", &["strasse"; 3]);
    check("ﬁnance ﬃ Ｆｕｌｌ ℌ", &["finance", "ffi", "full", "h"]);
    check(
        "Łódź Øre Ærø Þór Đorđe",
        &["lodz", "ore", "aero", "thor", "dorde"],
    );
    check(
        "Горбачёв Горбачев йод мо́жет Київ",
        &["горбачев", "горбачев", "йод", "может", "київ"],
    );
    check(
        "Qurʾān ʿAlī col·lecció a·b",
        &["quran", "ali", "colleccio", "a", "b"],
    );
    check(
        "co\u{AD}operate key\u{200D}s le\u{301}\u{2060}on",
        &["cooperate", "keys", "leon"],
    );
    check("Tiếng Việt", &["tieng", "viet"]);
}

#[test]
fn marks_of_other_scripts_stay_in_the_word() {
    check("हिन्दी समाचार", &["हिन्दी", "समाचार"]);
    check("தமிழ் செய்தி", &["தமிழ்", "செய்தி"]);
    check("বাংলা সংবাদ", &["বাংলা", "সংবাদ"]);
    check(
        "שָׁלוֹם שלום צה\"ל צה״ל \"שלום\"",
        &["שלום", "שלום", "צהל", "צהל", "שלום"],
    );
    check("مُحَمَّد محمد مـحـمد", &["محمد"; 3]);
    check(
        "أحمد احمد إيران آب مؤمن",
        &["احمد", "احمد", "ايران", "اب", "مؤمن"],
    );
    check("ایران ايران کتاب كتاب", &["ايران", "ايران", "كتاب", "كتاب"]);
    check("می\u{200C}خواهم", &["ميخواهم"]);
}

#[test]
fn scripts_without_spaces_give_pairs() {
    check("中", &["中"]);
    check("中文", &["中文"]);
    check("中华人民", &["中华", "华人", "人民"]);
    check(
        "2024年的伊朗UN核",
        &["2024", "年的", "的伊", "伊朗", "un", "核"],
    );
    check("伊朗。核武器", &["伊朗", "核武", "武器"]);
    check(
        "ミサイル ﾐｻｲﾙ ガ ｶﾞ",
        &["ミサ", "サイ", "イル", "ミサ", "サイ", "イル", "ガ", "ガ"],
    );
    check("ハ\u{309A}リ パリ", &["パリ", "パリ"]);
    check(
        "한국은 \u{1112}\u{1161}\u{11AB}국",
        &["한국", "국은", "한국"],
    );
    check("ไทย", &["ไท", "ทย"]);
    check("ที่นี่", &["ที่นี่"]);
    check("ភាសា", &["ភាសា"]);
    check(&"中".repeat(100), &["中中"; 99]);
}

#[test]
fn long_words_are_cut_and_counted() {
    let count = |text: &str| {
        let mut words = Vec::new();
        let done = tokenize(text, |token| words.push(token.exact.to_owned()));
        (words, done.cut)
    };
    let (words, cut) = count(&"x".repeat(64));
    assert_eq!((words[0].len(), cut), (64, 0));
    let (words, cut) = count(&format!("{} next", "x".repeat(65)));
    assert_eq!((words[0].len(), words[1].as_str(), cut), (64, "next", 1));
    let (words, cut) = count(&"й".repeat(1_000_000));
    assert_eq!((words.len(), words[0].chars().count(), cut), (1, 64, 1));
    let (words, cut) = count(&"1,".repeat(100_000));
    assert_eq!((words.len(), cut), (1, 1));
    assert!(words[0].ends_with('1'));
    let (words, cut) = count(&format!("l'{}", "a".repeat(64)));
    assert_eq!((words[0].len(), cut), (64, 0));
    let (_, cut) = count(&format!("a{}", "\u{301}".repeat(1_000_000)));
    assert_eq!(cut, 0);
}

#[test]
fn tokens_say_where_they_stand() {
    let text = "‘The U.S.’s l’État’ e\u{301}t\u{AD}é 中文字 ½";
    let mut found = Vec::new();
    tokenize(text, |t| {
        found.push((t.position, &text[t.start..t.end], t.exact.to_owned()));
    });
    let expected = [
        (0, "The", "the"),
        (1, "U.S.’s", "us"),
        (2, "l’État", "etat"),
        (3, "e\u{301}t\u{AD}é", "ete"),
        (4, "中文", "中文"),
        (5, "文字", "文字"),
        (6, "½", "1"),
        (7, "½", "2"),
    ];
    assert_eq!(found, expected.map(|(p, s, e)| (p, s, e.to_owned())));
}

#[test]
fn stems_carry_their_language() {
    let mut analyzer = Analyzer::new();
    let mut check = |word: &str, language: &str, expected: &str| {
        let language = Language::parse(language).unwrap();
        for _ in 0..2 {
            assert_eq!(analyzer.stem(word, language), expected);
        }
    };
    check("missiles", "en", "en:missil");
    check("missile", "en", "en:missil");
    check("missiles", "und", "und:missiles");
    check("missiles", "zh", "und:missiles");
    check("missiles", "fr", "fr:missil");
    check("1,200", "en", "en:1,200");
    check("staaten", "de", "de:staat");
    check("ракеты", "ru", "ru:ракет");
    let terms = analyzer.stems_of(
        "missiles",
        &["en", "zh", "en", "de"].map(|code| Language::parse(code).unwrap()),
    );
    assert_eq!(terms, ["en:missil", "und:missiles", "de:missil"]);
}

#[test]
fn analysis_packs_both_forms_at_the_same_positions() {
    let analysis = Analyzer::new().analyze(
        "Iran's missiles.\n\nThey flew 1,200 km. 中文字",
        Language::ENGLISH,
    );
    let expected = [
        "iran", "missiles", "they", "flew", "1,200", "km", "中文", "文字",
    ];
    assert!(unpack(&analysis.exact).eq(expected.iter().copied().zip(0..)));
    let stems = [
        "en:iran",
        "en:missil",
        "en:they",
        "en:flew",
        "en:1,200",
        "en:km",
        "en:中文",
        "en:文字",
    ];
    assert!(unpack(&analysis.stem).eq(stems.iter().copied().zip(0..)));
    assert_eq!(
        (analysis.tokens, analysis.positions, analysis.cut_tokens),
        (8, 8, 0)
    );
    assert_eq!(
        (analysis.sentences, analysis.paragraphs),
        (vec![0, 2, 6], vec![0, 2])
    );
    assert_eq!(
        Analyzer::new().analyze("", Language::UND),
        super::Analysis::default()
    );
}

#[test]
fn sentences_and_paragraphs_begin_where_a_reader_sees_them() {
    let check = |text: &str, sentences: &[u32], paragraphs: &[u32]| {
        let analysis = Analyzer::new().analyze(text, Language::UND);
        assert_eq!(analysis.sentences, sentences, "sentences of {text:?}");
        assert_eq!(analysis.paragraphs, paragraphs, "paragraphs of {text:?}");
    };
    check("", &[], &[]);
    check(
        "One two. Three four! Five? Six… Seven",
        &[0, 2, 4, 5, 6],
        &[0],
    );
    check(
        "He said: \"Stop!\" and left. (Then he came.) Now.",
        &[0, 5, 8],
        &[0],
    );
    check("Mr. Smith met Dr. No. Gen. Li left.", &[0, 5], &[0]);
    check(
        "J. F. Kennedy of the U.S. Army, No. 5 on Oct. 3. Yes.",
        &[0, 12],
        &[0],
    );
    check(
        "It ended.The talks at 5.30 p.m. in example.com failed",
        &[0, 2],
        &[0],
    );
    check("wrapped at\nthe line. Next\none", &[0, 4], &[0]);
    check(
        "A headline\n\nThe text. More\r\n\r\nlast",
        &[0, 2, 4, 5],
        &[0, 2, 5],
    );
    check(
        "one\n \t\ntwo\u{C}three\u{2029}four",
        &[0, 1, 2, 3],
        &[0, 1, 2, 3],
    );
    check(
        "    First para\nruns on.\n    Second para\nhere",
        &[0, 4],
        &[0, 4],
    );
    check("  all\n  lines\n  indented", &[0], &[0]);
    check("one\n\ttwo\n\tthree\nfour\n\tfive", &[0, 1, 4], &[0, 1, 4]);
    check("伊朗。核武器！好", &[0, 1, 3], &[0]);
    check("हिन्दी है। समाचार", &[0, 2], &[0]);
    check("\"Quoted.\" 'Another.' Third", &[0, 1, 2], &[0]);
}

#[test]
fn folding_compares_values_as_people_do() {
    let check = |text: &str, expected: &str| assert_eq!(fold(text), expected, "{text:?}");
    check("  São \t\u{A0} Tomé\n", "sao tome");
    check("Côte d’Ivoire", "cote d'ivoire");
    check("U.S.A. – “New”", "u.s.a. - \"new\"");
    check("Ｋōbe\u{AD} ½", "kobe 1⁄2");
    check("\u{1}a\u{0}", "a");
    check("中文", "中文");
    check("", "");
}

#[test]
fn hostile_texts_cost_no_more_than_others() {
    for text in [
        "a.".repeat(500_000),
        "a'".repeat(500_000),
        "l'".repeat(500_000),
        "'s".repeat(500_000),
        "\u{301}".repeat(500_000),
        "\u{AD}".repeat(500_000),
        "\u{1100}".repeat(300_000),
        "\u{1161}".repeat(300_000),
        "\u{11A8}".repeat(300_000),
        "ไ\u{E48}".repeat(200_000),
        "क\u{93C}".repeat(200_000),
        "\u{FDFA}".repeat(50_000),
        "中\u{302A}".repeat(200_000),
        "\n ".repeat(500_000),
        ". ".repeat(500_000),
    ] {
        let analysis = Analyzer::new().analyze(&text, Language::ENGLISH);
        assert_eq!(unpack(&analysis.exact).count(), analysis.tokens as usize);
        assert!(unpack(&analysis.exact).all(|(token, _)| !token.is_empty()));
    }
}

/// Texts out of pieces that mean something to the analysis, and of anything at all.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[a-zA-Z]{1,9}",
        4 => "[ '.,’\"·_:\n-]{1,2}",
        2 => "[0-9]{1,3}",
        2 => "[à-ÿĀ-ſΑ-ώЀ-ӿא-ת\u{591}-\u{5C7}ء-ۿ]{1,5}",
        2 => "[\u{300}-\u{36F}\u{AD}\u{200B}-\u{200F}\u{64B}-\u{655}]{1,2}",
        2 => "[ऀ-\u{DFF}฀-\u{EFF}\u{1000}-\u{11FF}]{1,5}",
        2 => "[一-龥ぁ-ヿ가-힣\u{3131}-\u{318E}ｦ-ﾟ\u{FFA0}-\u{FFDC}]{1,4}",
        1 => "[\u{1D00}-\u{218F}\u{2460}-\u{24FF}\u{3200}-\u{33FF}\u{FB00}-\u{FEFF}]{1,3}",
        1 => "\\PC{1,4}",
        1 => any::<String>(),
        1 => Just("l'".to_owned()),
        1 => Just("'s".to_owned()),
        1 => "[a-zé']{60,150}",
    ];
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn any_language() -> impl Strategy<Value = Language> {
    proptest::sample::select(
        Language::with_stemmers()
            .chain([Language::UND])
            .collect::<Vec<_>>(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn an_english_stem_begins_like_its_word(
        word in "[a-z]{1,8}(s|ed|ing|ly|ies|ness|ational|'[a-z])?|(sk|d|l|t|id|ear|g|f|h|out)[a-z]{1,6}",
    ) {
        prop_assert!(Language::ENGLISH.stems_keep_the_first_letter());
        let mut analyzer = Analyzer::new();
        prop_assert_eq!(analyzer.stem(&word, Language::ENGLISH).as_bytes()[3], word.as_bytes()[0]);
    }

    #[test]
    fn tokens_lie_in_the_text_in_order(text in any_text()) {
        let mut last = (0, 0);
        let mut count = 0;
        let done = tokenize(&text, |token| {
            assert_eq!(token.position, count);
            count += 1;
            assert!(!token.exact.is_empty());
            assert!(token.exact.len() <= MAX_TOKEN_BYTES);
            assert!(token.exact.chars().count() <= MAX_TOKEN_CHARACTERS);
            assert!(token.exact.chars().all(|c| !c.is_control() && !c.is_whitespace()));
            assert!(!text[token.start..token.end].is_empty());
            assert!(token.start >= last.0 && token.end >= last.1);
            last = (token.start, token.end);
        });
        prop_assert_eq!(done.positions, count);
    }

    #[test]
    fn the_plain_way_gives_what_the_general_way_gives(
        text in prop_oneof![any_text(), "[ -~\n]{0,80}", "[aAbs.,' \"1-]{0,40}"],
    ) {
        let collect = |plain: bool| {
            let mut tokens = Vec::new();
            let take = |t: super::Token<'_>| {
                tokens.push((t.exact.to_owned(), t.position, t.start, t.end));
            };
            let done = if plain { walk::<true>(&text, take) } else { walk::<false>(&text, take) };
            (tokens, done)
        };
        prop_assert_eq!(collect(true), collect(false));
    }

    #[test]
    fn a_word_of_a_text_is_itself_as_a_query(text in any_text(), language in any_language()) {
        let mut analyzer = Analyzer::new();
        let analysis = analyzer.analyze(&text, language);
        for ((token, at), (stem, stem_at)) in unpack(&analysis.exact).zip(unpack(&analysis.stem)) {
            prop_assert_eq!(at, stem_at);
            let again: Vec<_> = analyzer.query_tokens(token).into_iter().map(|t| t.exact).collect();
            prop_assert_eq!(&again, &[token], "{:?}", token.escape_unicode().to_string());
            prop_assert!(analyzer.stems_of(token, &[language]).iter().any(|known| known == stem));
        }
        prop_assert_eq!(unpack(&analysis.stem).count(), analysis.tokens as usize);
        prop_assert!(analysis.sentences.is_sorted() && analysis.paragraphs.is_sorted());
        prop_assert!(analysis.paragraphs.iter().all(|p| analysis.sentences.contains(p)));
        prop_assert_eq!(analysis.sentences.first().copied(), (analysis.tokens > 0).then_some(0));
    }

    #[test]
    fn composed_and_decomposed_texts_are_the_same_words(text in any_text()) {
        use unicode_normalization::UnicodeNormalization;
        let words = exact(&text);
        prop_assert_eq!(&exact(&text.nfd().collect::<String>()), &words);
        prop_assert_eq!(&exact(&text.nfc().collect::<String>()), &words);
    }

    #[test]
    fn plain_text_folds_as_all_others_do(text in "[\\x00-\\x7f]{0,24}") {
        prop_assert_eq!(fold_ascii(&text), fold_clusters(&text));
    }

    #[test]
    fn folding_twice_changes_nothing(text in any_text()) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }
}
