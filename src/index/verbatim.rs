//! JSON that is kept as it was written.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// JSON as it was written: who hands it on need not know what it says.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Verbatim(Box<RawValue>);

impl Verbatim {
    pub(crate) fn null() -> Self {
        Self(RawValue::NULL.to_owned())
    }

    pub(crate) fn is_null(&self) -> bool {
        self.text() == RawValue::NULL.get()
    }

    /// What was written.
    ///
    /// # Errors
    /// What the bytes lack of being JSON.
    pub(crate) fn parse(bytes: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(bytes)
    }

    /// As it was written.
    pub(crate) fn text(&self) -> &str {
        self.0.get()
    }

    /// What it says; null if that is more than can be read, as where lists lie too deep in each other.
    pub(crate) fn value(&self) -> Value {
        serde_json::from_str(self.text()).unwrap_or_default()
    }
}

impl Default for Verbatim {
    fn default() -> Self {
        Self::null()
    }
}

impl From<&Value> for Verbatim {
    /// Without white space.
    fn from(value: &Value) -> Self {
        // What was parsed can be written.
        RawValue::from_string(value.to_string()).map_or_else(|_| Self::null(), Self)
    }
}

impl PartialEq for Verbatim {
    fn eq(&self, other: &Self) -> bool {
        let read = |it: &Self| serde_json::from_str::<Value>(it.text());
        let is_same = || matches!((read(self), read(other)), (Ok(a), Ok(b)) if a == b);
        self.text() == other.text() || is_same()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_handed_on() {
        let text = r#"{"b": [1,  2], "a": null}"#;
        let read = Verbatim::parse(text.as_bytes()).unwrap();
        assert_eq!(read.text(), text);
        let again = serde_json::to_string(&read).unwrap();
        assert_eq!(again, text);
        assert_eq!(read.value()["b"][1], 2);
        let other = Verbatim::from(&read.value());
        assert!(other == read && other.text().len() < text.len());
        assert!(other != Verbatim::parse(b"[]").unwrap());
        let too_large = [b"1e999", b"2e999"].map(|text| Verbatim::parse(text).unwrap());
        assert!(too_large[0] != too_large[1] && too_large[0].value().is_null());
        assert!(Verbatim::parse(b"{").is_err());
    }

    #[test]
    fn nothing_is_null() {
        assert!(Verbatim::default().is_null() && Verbatim::null() == Verbatim::from(&Value::Null));
        assert!(!Verbatim::parse(b"0").unwrap().is_null());
    }
}
