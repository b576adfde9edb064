//! The stable codes of skips, failures and notes, of corpus and runs alike. `docs/ledger.md` says
//! what each means, and a test holds the two together.

macro_rules! codes {
    ($($(#[$group:meta])* $name:ident = $code:literal;)*) => {
        $($(#[$group])* pub(crate) const $name: &str = $code;)*

        /// Every code, for the test that looks for them in the documentation.
        #[cfg(any(test, fuzzing))]
        pub(crate) const ALL: &[&str] = &[$($name),*];
    };
}

codes! {
    // Skips.
    EXCLUDED = "excluded";
    HIDDEN = "hidden";
    HTTP_STATUS = "http_status";
    ORPHAN_SIDECAR = "orphan_sidecar";
    SPECIAL = "special";
    SYMLINK = "symlink";
    UNSUPPORTED = "unsupported";
    VOCABULARY = "vocabulary";

    // Failures.
    BINARY = "binary";
    BROKEN_OFF = "broken_off";
    CSV_QUOTE = "csv_quote";
    BOMB = "bomb";
    DAMAGED = "damaged";
    ENCODING = "encoding";
    ENCRYPTED = "encrypted";
    HELPER_CRASHED = "helper_crashed";
    HELPER_MISSING = "helper_missing";
    HELPER_OUTPUT = "helper_output";
    HELPER_START = "helper_start";
    HELPER_TIME = "helper_time";
    FILE_TOO_LARGE = "file_too_large";
    MAIL = "mail";
    MAIL_TOO_MANY_PARTS = "mail_too_many_parts";
    PACKING = "packing";
    ID_CONTROL = "id_control";
    ID_TOO_LONG = "id_too_long";
    JSON = "json";
    JSON_TOO_MANY_VALUES = "json_too_many_values";
    NOT_A_FILE = "not_a_file";
    NOT_AN_OBJECT = "not_an_object";
    PART_MISSING = "part_missing";
    PDF = "pdf";
    PDF_TOO_MANY_GLYPHS = "pdf_too_many_glyphs";
    RECORD_TOO_LARGE = "record_too_large";
    RTF_TOO_DEEP = "rtf_too_deep";
    TOO_DEEP = "too_deep";
    TOO_MANY_MEMBERS = "too_many_members";
    TOO_MUCH_WORK = "too_much_work";
    UNREADABLE = "unreadable";
    UNREADABLE_FOLDER = "unreadable_folder";
    VANISHED = "vanished";
    WRONG_FORMAT = "wrong_format";
    XML = "xml";
    XML_TOO_DEEP = "xml_too_deep";
    XML_TOO_MANY_NODES = "xml_too_many_nodes";

    // Notes.
    BODY_EMPTY = "body_empty";
    CHAPTER_MISSING = "chapter_missing";
    COLUMN_REPEATED = "column_repeated";
    DATE_AMBIGUOUS = "date_ambiguous";
    DATE_UNREADABLE = "date_unreadable";
    DATE_ZONE_UNKNOWN = "date_zone_unknown";
    ENCODING_GUESSED = "encoding_guessed";
    ENCODING_MIXED = "encoding_mixed";
    ENCODING_REPLACED = "encoding_replaced";
    ENCODING_UNKNOWN = "encoding_unknown";
    FORMAT_MISMATCH = "format_mismatch";
    FRONT_MATTER = "front_matter";
    HTML_FLATTENED = "html_flattened";
    HTML_NO_ARTICLE = "html_no_article";
    ID_IGNORED = "id_ignored";
    JSON_DUPLICATE_KEY = "json_duplicate_key";
    JSON_LD = "json_ld";
    JSON_SURROGATE = "json_surrogate";
    LANGUAGE_UNKNOWN = "language_unknown";
    MACROS_IGNORED = "macros_ignored";
    MEMBER_RENAMED = "member_renamed";
    METADATA_CUT = "metadata_cut";
    NUL_REPLACED = "nul_replaced";
    NUMBER_UNREADABLE = "number_unreadable";
    PDF_NO_TEXT = "pdf_no_text";
    PDF_PAGES_LEFT_OUT = "pdf_pages_left_out";
    PDF_UNMAPPED = "pdf_unmapped";
    ROW_RAGGED = "row_ragged";
    SIDECAR = "sidecar";
    TITLE_CUT = "title_cut";
    TITLE_FROM_NAME = "title_from_name";
    TOO_MANY_VALUES = "too_many_values";
    URL_REFUSED = "url_refused";
    VALUE_CONTROL = "value_control";
    VALUE_IGNORED = "value_ignored";
    VALUE_TOO_LONG = "value_too_long";
    XML_CUT = "xml_cut";
    XML_ENTITY = "xml_entity";
    XML_FLATTENED = "xml_flattened";
    XML_UNKNOWN = "xml_unknown";

    // What a run adds: skips, failures and notes.
    NO_RECORDS = "no_records";
    CHANGED = "changed";
    NOT_INDEXABLE = "not_indexable";
    PANICKED = "panicked";
    SAME_PATH = "same_path";
    TOO_MANY_RECORDS = "too_many_records";
    LANGUAGE_DETECTED = "language_detected";
    NAMES_AMBIGUOUS = "names_ambiguous";
    VALUE_LEFT_OUT = "value_left_out";
    WORDS_CUT = "words_cut";
}

/// Codes of what is passed over on purpose, and so counts as skipped.
const SKIPS: [&str; 8] = [
    EXCLUDED,
    HIDDEN,
    HTTP_STATUS,
    ORPHAN_SIDECAR,
    SPECIAL,
    SYMLINK,
    UNSUPPORTED,
    VOCABULARY,
];

/// Whether what has this code was passed over on purpose, and did not fail.
pub(crate) fn is_skip(code: &str) -> bool {
    SKIPS.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn every_code_is_documented_and_every_documented_code_exists() {
        let page = include_str!("../../docs/ledger.md");
        let documented: Vec<&str> = page
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
            .map(|(code, _)| code)
            .collect();
        for code in ALL {
            assert!(
                documented.contains(code),
                "`{code}` is not in docs/ledger.md"
            );
        }
        for code in documented {
            assert!(
                ALL.contains(&code),
                "`{code}` in docs/ledger.md does not exist"
            );
        }
    }
}
