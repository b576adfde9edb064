//! Files of agencies, feeds and libraries, from their bytes to documents.

use std::fmt::Write as _;

use crate::corpus::tests::read_file;
use crate::corpus::{Reading, limits};

/// Everything that matters of a reading, a line each.
fn told(reading: &Reading) -> String {
    let document = &reading.document;
    let mut told = format!("{} | {}", document.id, document.title);
    if let Some(date) = document.date {
        let _ = write!(told, "\ndate {date}");
    }
    if let Some(url) = &document.url {
        let _ = write!(told, "\nurl {url}");
    }
    for (facet, values) in &document.facets {
        let _ = write!(told, "\n{facet} {}", values.join("; "));
    }
    for note in &reading.notes {
        let _ = write!(told, "\nnote {}", note.code);
    }
    told + "\n\n" + &document.body
}

fn check(name: &str, content: &str, expected: &[&str]) {
    let given: Vec<String> = read_file(name, "", content.as_bytes())
        .iter()
        .map(|reading| match reading {
            Ok(reading) => told(reading),
            Err(failure) => format!("failed {} {:?}", failure.code, failure.record),
        })
        .collect();
    assert_eq!(given, expected, "{content}");
}

#[test]
fn feeds_give_their_items() {
    check(
        "a.rss",
        r#"<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x "y">]>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>The Courier</title><link>https://x.org</link><language>en-gb</language><image><title>Logo</title></image>
<item><title>One &amp; more</title><link>https://x.org/1</link><guid>g1</guid><pubDate>Sun, 28 Oct 1962 10:00:00 +0200</pubDate>
<dc:creator>Ana</dc:creator><category>Ports</category><category>Ships</category>
<description>Short.</description><content:encoded><![CDATA[<p>First.</p><p>Second &eacute;.</p>]]></content:encoded></item>
<item><title><![CDATA[Two]]></title><description>&lt;p&gt;Only &lt;b&gt;this&lt;/b&gt;.&lt;/p&gt;</description><author>b@x.org (Ben)</author></item>
<!-- <item> --></channel></rss>"#,
        &[
            "g1 | One & more\ndate 1962-10-28T10:00:00+02:00\nurl https://x.org/1\nauthor Ana\nlanguage en-gb\nsource The Courier\n\
             topic Ports; Ships\n\nFirst.\n\nSecond é.",
            "a.rss#2 | Two\nauthor Ben\nlanguage en-gb\nsource The Courier\n\nOnly this.",
        ],
    );
    check(
        "a.xml",
        r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Bote</title><id>f</id>
<entry><title type="html">Eins &amp;amp; zwei</title><id>e1</id><link rel="self" href="https://x.org/s"/><link href="https://x.org/e1"/>
<updated>2024-01-02T03:04:05Z</updated><author><name>Cy</name><uri>u</uri></author><category term="t" label="Thema"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Text <em>hier</em>.</p><ul><li>a</li><li>b</li></ul></div></content></entry></feed>"#,
        &[
            "e1 | Eins & zwei\ndate 2024-01-02T03:04:05Z\nurl https://x.org/e1\nauthor Cy\nlanguage de\nsource Bote\ntopic Thema\n\n\
           Text hier.\n\n- a\n- b",
        ],
    );
    check(
        "a.rdf",
        r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel><title>C</title></channel>
<item rdf:about="u"><title>T</title><link>https://x.org/t</link><description>D</description><dc:date>2001-02-03</dc:date></item></rdf:RDF>"#,
        &["a.rdf#1 | T\ndate 2001-02-03\nurl https://x.org/t\nsource C\n\nD"],
    );
    check(
        "a.rss",
        "<rss><channel><title>None</title></channel></rss>",
        &[],
    );
}

#[test]
fn agencies_are_read() {
    check(
        "a.xml",
        r#"<nitf xml:lang="en-GB"><head><title>Fallback</title><docdata><doc-id id-string="n1"/><date.issue norm="20240203T040506Z"/>
<key-list><keyword key="ferries"/></key-list><identified-content><person>Jo Vik</person><org>Port Office</org><location>Oslo</location>
<classifier type="country" value="Norway"/></identified-content></docdata></head>
<body><body.head><hedline><hl1>Ferry sails</hl1><hl2>At last</hl2></hedline><byline>By <person>Ana</person></byline>
<dateline><location>OSLO</location></dateline></body.head>
<body.content><block><p>First <em>par</em>.</p><p>Second.</p></block><table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table></body.content></body></nitf>"#,
        &[
            "n1 | Ferry sails\ndate 2024-02-03T04:05:06Z\nactor Jo Vik; Port Office\nauthor Ana\ncountry Oslo; Norway\nlanguage en-GB\ntopic ferries\n\n\
           First par.\n\nSecond.\n\na | b\n1 | 2",
        ],
    );
    let item = |guid: &str, title: &str| {
        format!(
            r#"<newsItem guid="{guid}" standard="NewsML-G2" xml:lang="en"><itemMeta><provider literal="Desk"/><versionCreated>2024-05-06T07:08:09Z</versionCreated></itemMeta>
<contentMeta><headline>{title}</headline><by>By Ana</by><subject type="cpnat:abstract" qcode="s:1"><name>Trade</name></subject>
<subject type="cpnat:person" qcode="p:1"/><subject type="cpnat:geoArea"><name>Peru</name></subject></contentMeta>
<assert qcode="p:1"><name>Jo Vik</name></assert>
<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body><p>One.</p><p>Two.</p></body></html></inlineXML></contentSet></newsItem>"#
        )
    };
    let told = |guid: &str, title: &str| {
        format!(
            "{guid} | {title}\ndate 2024-05-06T07:08:09Z\nactor Jo Vik\nauthor Ana\ncountry Peru\nlanguage en\nsource Desk\ntopic Trade\n\nOne.\n\nTwo."
        )
    };
    check("a.xml", &item("g", "Alone"), &[&told("g", "Alone")]);
    let package = r#"<packageItem guid="p"><contentMeta><headline>Top stories</headline></contentMeta><groupSet><group><itemRef><headline>A</headline></itemRef>
<itemRef><title>B</title><description>b</description></itemRef></group></groupSet></packageItem>"#;
    let message = format!(
        "<?xml version='1.0'?><newsMessage xmlns='http://iptc.org/std/nar/2006-10-01/'><header/><itemSet>{}{}{package}</itemSet></newsMessage>",
        item("g1", "First"),
        item("g2", "Second"),
    );
    let expected = [
        told("g1", "First"),
        told("g2", "Second"),
        "p | Top stories\n\nA\n\nB\nb".to_owned(),
    ];
    check(
        "a.newsml",
        &message,
        &expected.each_ref().map(String::as_str),
    );
    check(
        "a.sgm",
        "<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n<REUTERS TOPICS=\"YES\" OLDID=\"5\" NEWID=\"7\">\n<DATE>26-FEB-1987 15:01:01.79</DATE>\n\
         <TOPICS><D>cocoa</D><D>trade</D></TOPICS><PLACES><D>peru</D></PLACES><PEOPLE></PEOPLE><ORGS><D>icco</D></ORGS>\n\
         <UNKNOWN>&#5;&#5;&#5;C T</UNKNOWN><TEXT>&#2;\n<TITLE>RAIN &lt;CO> FALLS</TITLE><DATELINE> LIMA, Feb 26 - </DATELINE><BODY>Rain fell\nall day.\n    It was\nwet.\n Reuter\n&#3;</BODY></TEXT>\n</REUTERS>\n\
         <REUTERS NEWID=\"8\"><TEXT TYPE=\"BRIEF\">&#2;\n****** RAIN CONTINUES\n</TEXT></REUTERS>",
        &[
            "7 | RAIN <CO> FALLS\ndate 1987-02-26T15:01:01\nactor icco\ncountry peru\ntopic cocoa; trade\n\nRain fell\nall day.\n\nIt was\nwet.",
            "8 | \n\n****** RAIN CONTINUES",
        ],
    );
}

#[test]
fn libraries_are_read() {
    check(
        "a.tei",
        r#"<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>Letters</title><author>M. Holt</author></titleStmt>
<publicationStmt><publisher>Archive</publisher><date>2011</date></publicationStmt><sourceDesc><bibl><date when="1931-02-17">Feb</date></bibl></sourceDesc></fileDesc>
<profileDesc><langUsage><language ident="en"/></langUsage><textClass><keywords><term>bread</term></keywords></textClass></profileDesc></teiHeader>
<text><body><div><head>One</head><p>Dear <lb/>Sir.</p><lg><l>a line</l><l>b line</l></lg></div></body></text></TEI>"#,
        &[
            "a.tei | Letters\ndate 1931-02-17\nauthor M. Holt\nlanguage en\nsource Archive\ntopic bread\n\nOne\n\nDear Sir.\n\na line\nb line",
        ],
    );
    check(
        "page-1.xml",
        r#"<alto><Layout><Page><PrintSpace><TextBlock><TextLine><String CONTENT="The"/><SP/><String CONTENT="har" SUBS_TYPE="HypPart1" SUBS_CONTENT="harbour"/><HYP CONTENT="-"/></TextLine>
<TextLine><String CONTENT="bour" SUBS_TYPE="HypPart2" SUBS_CONTENT="harbour"/><SP/><String CONTENT="froze."/></TextLine></TextBlock><TextBlock><TextLine><String CONTENT="End"/></TextLine></TextBlock></PrintSpace></Page></Layout></alto>"#,
        &["page-1.xml | Page 1\nnote title_from_name\n\nThe harbour froze.\n\nEnd"],
    );
    check(
        "a.mets",
        r#"<mets:mets xmlns:mets="http://www.loc.gov/METS/" OBJID="m1"><mets:dmdSec><mets:mdWrap><mets:xmlData><mods:mods xmlns:mods="http://www.loc.gov/mods/v3"><mods:titleInfo><mods:title>Gazette</mods:title></mods:titleInfo>
<mods:originInfo><mods:dateIssued>1899-08-11</mods:dateIssued><mods:publisher>Press</mods:publisher></mods:originInfo></mods:mods></mets:xmlData></mets:mdWrap></mets:dmdSec>
<mets:structMap><mets:div LABEL="Eclipse"/><mets:div LABEL="Rain"/></mets:structMap></mets:mets>"#,
        &["m1 | Gazette\ndate 1899-08-11\nsource Press\n\nEclipse\nRain"],
    );
    check(
        "a.xml",
        "<report><title>Wells</title><part id='1'>Dig <b>deep</b>.</part><part>Fill in.</part></report>",
        &["a.xml | Wells\nnote xml_unknown\n\nWells\n\nDig deep.\n\nFill in."],
    );
    check(
        "a.xml",
        "<?xml version='1.0'?><!DOCTYPE html><html lang='en' ><head><title>A page of some kind</title></head><body><p>Short.</p></body></html>",
        &[
            "a.xml | A page of some kind\nlanguage en\nnote format_mismatch\nnote html_no_article\n\nShort.",
        ],
    );
}

#[test]
fn declared_encodings_are_believed() {
    let source = "<?xml version='1.0' encoding='ISO-8859-1'?><nitf><body><body.head><hl1>Caf\u{e9}</hl1></body.head><body.content><p>Z\u{fc}rich</p></body.content></body></nitf>";
    let latin: Vec<u8> = source.chars().map(|c| c as u8).collect();
    let reading = read_file("a.xml", "", &latin).remove(0).unwrap();
    assert_eq!(told(&reading), "a.xml | Café\n\nZürich");
    let utf16 = source.replace("ISO-8859-1", "UTF-16");
    let bytes: Vec<u8> = std::iter::once(0xfeff)
        .chain(utf16.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let reading = read_file("a.xml", "", &bytes).remove(0).unwrap();
    assert_eq!(told(&reading), "a.xml | Café\n\nZürich");
    let feed: Vec<u8> = std::iter::once(0xfeff)
        .chain("<rss><item/></rss>".encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(
        read_file("a.rss", "", &feed).remove(0).unwrap_err().code,
        "encoding"
    );
}

#[test]
fn broken_and_hostile_files_have_their_codes_and_lose_no_neighbour() {
    let deep = format!("<a>{}text", "<b>".repeat(100_000));
    let bomb = "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY l0 'lol'><!ENTITY l1 '&l0;&l0;&l0;&l0;'><!ENTITY x SYSTEM 'file:///etc/passwd'>]><a><title>t</title>&l1; &x;</a>";
    for (name, content, expected) in [
        ("a.xml", "", vec!["xml"]),
        ("a.xml", "no markup", vec!["xml"]),
        ("a.xml", "<?xml version='1.0'?>", vec!["xml"]),
        (
            "a.xml",
            "<a><title>t</title><p>open",
            vec!["xml_unknown xml_cut"],
        ),
        (
            "a.xml",
            "<a><title>t</title></b></a>",
            vec!["xml_unknown xml_cut"],
        ),
        (
            "a.xml",
            "<nitf><body><body.head><hl1>t</hl1></body.head><body.content><p>a<b></p></body.content></body></nitf>",
            vec!["xml_cut"],
        ),
        ("a.xml", bomb, vec!["xml_unknown xml_entity"]),
        (
            "a.xml",
            &deep,
            vec!["title_from_name xml_cut xml_flattened xml_unknown"],
        ),
        (
            "a.rss",
            "<rss><channel><item><title>A</title><description>a</description><item><title>B</title><description>b</description></item>",
            vec!["xml_cut", ""],
        ),
        (
            "a.rss",
            "<rss><channel><item><title>A</title><description>a",
            vec!["xml_cut"],
        ),
        (
            "a.rss",
            "<rss><channel><item><title>A</title><description>a & b</description></item></channel></rss>",
            vec![""],
        ),
        (
            "a.rss",
            "<rss><![CDATA[ <item><title>A</title></item>",
            vec!["xml"],
        ),
        (
            "a.rss",
            "<rss><item><title x='>A</title></item><item><title>B</title><description>b</description></item></rss>",
            vec!["xml_cut body_empty", ""],
        ),
    ] {
        let given: Vec<String> = read_file(name, "", content.as_bytes())
            .iter()
            .map(|reading| match reading {
                Ok(reading) => {
                    let mut codes: Vec<_> = reading.notes.iter().map(|note| note.code).collect();
                    codes.sort_unstable();
                    codes.join(" ")
                }
                Err(failure) => failure.code.to_owned(),
            })
            .collect();
        let sorted: Vec<String> = expected
            .iter()
            .map(|codes| {
                let mut codes: Vec<_> = codes.split(' ').collect();
                codes.sort_unstable();
                codes.join(" ")
            })
            .collect();
        assert_eq!(given, sorted, "{content:.100}");
    }
    let reading = read_file("a.xml", "", bomb.as_bytes()).remove(0).unwrap();
    assert_eq!(reading.document.body, "t\n\n&l1; &x;");
}

#[test]
fn long_feeds_are_read_item_by_item() {
    let mut feed = String::from("<rss><channel><title>Long</title>");
    for number in 0..2_000 {
        let _ = writeln!(
            feed,
            "<item><title>T{number}</title><description>{}</description></item>",
            "word ".repeat(60)
        );
    }
    feed += "</channel></rss>";
    let readings = read_file("a.rss", "", feed.as_bytes());
    assert_eq!(readings.len(), 2_000);
    for (number, reading) in readings.iter().enumerate() {
        let document = &reading.as_ref().unwrap().document;
        assert_eq!(document.title, format!("T{number}"));
        assert_eq!(document.facets["source"], ["Long"]);
        let place = document.source.as_ref().unwrap();
        let own = &feed[place.start as usize..place.end as usize];
        assert!(own.starts_with("<item>") && own.ends_with("</item>"));
    }
}

/// A text with every number in the place of a sign.
fn numbered(text: &str) -> String {
    let texts: Vec<String> = (0..50_000)
        .map(|at| text.replace('#', &at.to_string()))
        .collect();
    texts.concat()
}

#[test]
fn what_is_nested_or_repeated_costs_no_more_than_what_stands_alone() {
    let deep = |name: &str, text: &str| {
        let (start, end) = (
            format!("<{name}>x").repeat(400),
            format!("</{name}>").repeat(400),
        );
        format!("{start}{text}{end}")
    };
    let text = "word ".repeat(200_000);
    // A million letters, four hundred deep, would be read four hundred times.
    for content in [
        format!(
            "<alto>{}</alto>",
            deep("TextBlock", "<String CONTENT='a'/>".repeat(9_999).as_str())
        ),
        format!(
            "<nitf><body><body.content>{}</body.content></body></nitf>",
            deep("person", &text)
        ),
        format!(
            "<TEI><teiHeader>{}</teiHeader></TEI>",
            deep("keywords", &"<term>x</term>".repeat(9_999))
        ),
        format!(
            "<newsItem><groupSet>{}</groupSet></newsItem>",
            deep("itemRef", &format!("<headline>{text}</headline>"))
        ),
        // Each of which would be looked for among all the others.
        format!(
            "<newsItem><contentMeta>{}</contentMeta></newsItem>",
            numbered("<subject qcode='s:#'/>")
        ),
        format!(
            "<rss><channel><item>{}</item></channel></rss>",
            numbered("<category>c#</category>")
        ),
    ] {
        let reading = read_file("a.xml", "", content.as_bytes())
            .remove(0)
            .unwrap();
        assert!(reading.document.body.len() <= content.len());
        let kept = serde_json::to_string(&reading.document.metadata).unwrap();
        assert!(
            kept.len() <= 2 * limits::METADATA_BYTES,
            "{}",
            &content[..40]
        );
    }
}
