//! STUB
pub const ANALYSIS_VERSION: &str = "stub";
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language(u8);
impl Language {
    pub const UND: Self = Self(0);
    pub const EN: Self = Self(1);
    pub fn parse(s: &str) -> Option<Self> {
        match s {
            "en" => Some(Self::EN),
            "und" => Some(Self::UND),
            _ => None,
        }
    }
    pub fn code(self) -> &'static str {
        if self.0 == 1 { "en" } else { "und" }
    }
}
pub fn fold(s: &str) -> String {
    s.to_lowercase().replace("î", "i").replace("é", "e")
}
pub fn detect(_: &str) -> Option<(Language, f64)> {
    None
}
#[derive(Debug, Clone)]
pub struct Analyzer;
pub struct Analysis {
    pub exact: String,
    pub stem: String,
    pub tokens: u32,
    pub positions: u32,
    pub cut_tokens: u64,
    pub sentences: Vec<u32>,
    pub paragraphs: Vec<u32>,
}
pub struct QueryToken {
    pub exact: String,
    pub position: u32,
    pub start: usize,
    pub end: usize,
}
impl Analyzer {
    pub fn new() -> Self {
        Self
    }
    pub fn stem(&mut self, e: &str, l: Language) -> String {
        format!("{}:{}", l.code(), e.trim_end_matches('s'))
    }
    pub fn stems_of(&mut self, e: &str, l: &[Language]) -> Vec<String> {
        l.iter().map(|l| self.stem(e, *l)).collect()
    }
    pub fn query_tokens(&mut self, t: &str) -> Vec<QueryToken> {
        t.split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .enumerate()
            .map(|(i, w)| QueryToken {
                exact: w.to_lowercase(),
                position: i as u32,
                start: 0,
                end: 0,
            })
            .collect()
    }
    pub fn analyze(&mut self, t: &str, l: Language) -> Analysis {
        let mut exact = String::new();
        let mut stem = String::new();
        let mut n = 0;
        for q in self.query_tokens(t) {
            exact.push_str(&q.exact);
            exact.push('\u{1}');
            stem.push_str(&self.stem(&q.exact, l));
            stem.push('\u{1}');
            n += 1;
        }
        Analysis {
            exact,
            stem,
            tokens: n,
            positions: n,
            cut_tokens: 0,
            sentences: vec![0],
            paragraphs: vec![0],
        }
    }
}
pub struct Unpacked<'a>(&'a str, u32);
impl<'a> Iterator for Unpacked<'a> {
    type Item = (&'a str, u32);
    fn next(&mut self) -> Option<Self::Item> {
        let e = self.0.find('\u{1}')?;
        let t = &self.0[..e];
        self.0 = &self.0[e + 1..];
        let p = self.1;
        self.1 += 1;
        Some((t, p))
    }
}
pub fn unpack(t: &str) -> Unpacked<'_> {
    Unpacked(t, 0)
}
