import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.miscellaneous.PerFieldAnalyzerWrapper;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.facet.DrillDownQuery;
import org.apache.lucene.facet.DrillSideways;
import org.apache.lucene.facet.FacetResult;
import org.apache.lucene.facet.Facets;
import org.apache.lucene.facet.FacetsCollector;
import org.apache.lucene.facet.FacetsCollectorManager;
import org.apache.lucene.facet.FacetsConfig;
import org.apache.lucene.facet.LabelAndValue;
import org.apache.lucene.facet.sortedset.DefaultSortedSetDocValuesReaderState;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesFacetCounts;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesFacetField;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesReaderState;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FuzzyQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopFieldCollectorManager;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.store.FSDirectory;

/**
 * Lucene as a peer: {@code index|update CORPUS INDEX}, {@code answer INDEX}, {@code cold INDEX WORD}.
 *
 * <p>Title and body are each indexed as written and stemmed, with positions; facets are sorted-set
 * doc values, counted by Lucene's own facet module, drill-sideways as well. Default merging, two
 * threads that add. An update looks at the size and time of files, and at the hash of each record of
 * those that changed.
 */
public final class Lucene {
  private static final String[] FACETS = {"country", "actor", "topic"};
  private static final int TEN = 10;

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "index" -> System.out.println("{\"documents\": " + index(arguments[1], arguments[2]) + "}");
      case "update" -> System.out.println("{\"changed\": " + update(arguments[1], arguments[2]) + "}");
      case "answer" -> answer(arguments[1]);
      case "cold" -> {
        Found found = new Lucene(arguments[1]).ask(Map.of("kind", "word", "words", List.of(arguments[2])));
        System.out.println(found.total);
        for (Document hit : found.hits) {
          System.out.println(hit.get("id") + " " + hit.get("day") + " " + hit.get("title"));
        }
      }
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  // Indexing.

  private static Analyzer analyzer() {
    Analyzer plain = words(false);
    return new PerFieldAnalyzerWrapper(plain, Map.of("title_stem", words(true), "body_stem", words(true)));
  }

  private static Analyzer words(boolean stemmed) {
    return new Analyzer() {
      @Override
      protected TokenStreamComponents createComponents(String field) {
        StandardTokenizer source = new StandardTokenizer();
        TokenStream stream = new LowerCaseFilter(source);
        return new TokenStreamComponents(source, stemmed ? new SnowballFilter(stream, "English") : stream);
      }
    };
  }

  private static FacetsConfig config() {
    FacetsConfig config = new FacetsConfig();
    for (String facet : FACETS) {
      config.setMultiValued(facet, true);
    }
    return config;
  }

  private static IndexWriter writer(String folder) throws IOException {
    IndexWriterConfig config = new IndexWriterConfig(analyzer());
    config.setRAMBufferSizeMB(128);
    return new IndexWriter(FSDirectory.open(Path.of(folder)), config);
  }

  private static List<Path> files(String corpus) throws IOException {
    try (var paths = Files.list(Path.of(corpus))) {
      return paths.filter(path -> path.toString().endsWith(".jsonl")).sorted().toList();
    }
  }

  /** A file as it was, with the hashes of its records by id. */
  private record Seen(String state, Map<String, Integer> hashes) {}

  private static String state(Path path) throws IOException {
    return Files.size(path) + ":" + Files.getLastModifiedTime(path).toMillis();
  }

  @SuppressWarnings("unchecked")
  private static Document document(Map<String, Object> record, FacetsConfig config) throws IOException {
    Document document = new Document();
    document.add(new StringField("id", (String) record.get("id"), Field.Store.YES));
    for (String name : new String[] {"title", "body"}) {
      String text = (String) record.get(name);
      document.add(new TextField(name, text, Field.Store.YES));
      document.add(new TextField(name + "_stem", text, Field.Store.NO));
    }
    String day = (String) record.get("date");
    document.add(new StoredField("day", day));
    if (!day.isEmpty()) {
      document.add(new NumericDocValuesField("date", Long.parseLong(day.replace("-", ""))));
    }
    for (String facet : FACETS) {
      for (String value : (List<String>) record.get(facet)) {
        document.add(new SortedSetDocValuesFacetField(facet, value));
        document.add(new StoredField(facet, value));
      }
    }
    return config.build(document);
  }

  private static int index(String corpus, String folder) throws Exception {
    List<Path> files = files(corpus);
    Map<String, Seen> seen = new TreeMap<>();
    FacetsConfig config = config();
    try (IndexWriter writer = writer(folder)) {
      files.parallelStream()
          .forEach(
              path -> {
                try (BufferedReader lines = Files.newBufferedReader(path)) {
                  Map<String, Integer> hashes = new HashMap<>();
                  for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    Map<String, Object> record = new Json(line).object();
                    writer.addDocument(document(record, config));
                    hashes.put((String) record.get("id"), line.hashCode());
                  }
                  synchronized (seen) {
                    seen.put(path.toString(), new Seen(state(path), hashes));
                  }
                } catch (IOException error) {
                  throw new java.io.UncheckedIOException(error);
                }
              });
      writer.commit();
      remember(folder, seen);
      return writer.getDocStats().numDocs;
    }
  }

  private static int update(String corpus, String folder) throws Exception {
    Map<String, Seen> seen = remembered(folder);
    FacetsConfig config = config();
    int changed = 0;
    Set<String> present = new HashSet<>();
    IndexWriter writer = null;
    for (Path path : files(corpus)) {
      present.add(path.toString());
      Seen before = seen.get(path.toString());
      if (before != null && before.state().equals(state(path))) {
        continue;
      }
      writer = writer == null ? writer(folder) : writer;
      Map<String, Integer> old = before == null ? Map.of() : before.hashes();
      Map<String, Integer> hashes = new HashMap<>();
      for (String line : Files.readAllLines(path)) {
        Map<String, Object> record = new Json(line).object();
        String id = (String) record.get("id");
        hashes.put(id, line.hashCode());
        if (!Integer.valueOf(line.hashCode()).equals(old.get(id))) {
          writer.updateDocument(new Term("id", id), document(record, config));
          changed++;
        }
      }
      for (String id : old.keySet()) {
        if (!hashes.containsKey(id)) {
          writer.deleteDocuments(new Term("id", id));
        }
      }
      seen.put(path.toString(), new Seen(state(path), hashes));
    }
    for (String path : List.copyOf(seen.keySet())) {
      if (!present.contains(path)) {
        writer = writer == null ? writer(folder) : writer;
        for (String id : seen.remove(path).hashes().keySet()) {
          writer.deleteDocuments(new Term("id", id));
        }
      }
    }
    if (writer != null) {
      writer.close();
      remember(folder, seen);
    }
    return changed;
  }

  private static void remember(String folder, Map<String, Seen> seen) throws IOException {
    try (var out = Files.newBufferedWriter(Path.of(folder, "seen.tsv"))) {
      for (var entry : seen.entrySet()) {
        out.write(entry.getKey() + "\t" + entry.getValue().state() + "\n");
        for (var hash : entry.getValue().hashes().entrySet()) {
          out.write("\t" + hash.getKey() + "\t" + hash.getValue() + "\n");
        }
      }
    }
  }

  private static Map<String, Seen> remembered(String folder) throws IOException {
    Map<String, Seen> seen = new TreeMap<>();
    Seen last = null;
    for (String line : Files.readAllLines(Path.of(folder, "seen.tsv"))) {
      String[] parts = line.split("\t");
      if (!parts[0].isEmpty()) {
        last = new Seen(parts[1], new HashMap<>());
        seen.put(parts[0], last);
      } else {
        last.hashes().put(parts[1], Integer.valueOf(parts[2]));
      }
    }
    return seen;
  }

  // Questions.

  private static final class Found {
    long total;
    List<Document> hits = new ArrayList<>();
    Map<String, LabelAndValue[]> facets = new LinkedHashMap<>();
  }

  private final IndexSearcher searcher;
  private final FacetsConfig config = config();
  private SortedSetDocValuesReaderState state;

  private Lucene(String folder) throws IOException {
    searcher = new IndexSearcher(DirectoryReader.open(FSDirectory.open(Path.of(folder))));
  }

  private static String stem(String word) throws IOException {
    try (TokenStream stream = words(true).tokenStream("body_stem", word)) {
      CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
      stream.reset();
      stream.incrementToken();
      return term.toString();
    }
  }

  /** What stands in the title or in the body. */
  private static Query either(String suffix, java.util.function.Function<String, Query> query) {
    return new BooleanQuery.Builder()
        .add(query.apply("title" + suffix), BooleanClause.Occur.SHOULD)
        .add(query.apply("body" + suffix), BooleanClause.Occur.SHOULD)
        .build();
  }

  private Query words(Map<String, Object> question) throws IOException {
    @SuppressWarnings("unchecked")
    List<String> words = (List<String>) question.getOrDefault("words", List.of());
    String kind = (String) question.get("kind");
    switch (kind) {
      case "all":
        return new MatchAllDocsQuery();
      case "word", "and", "or":
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        for (String word : words) {
          String stem = stem(word);
          Query query = either("_stem", field -> new TermQuery(new Term(field, stem)));
          if (words.size() == 1) {
            return query;
          }
          all.add(query, kind.equals("or") ? BooleanClause.Occur.SHOULD : BooleanClause.Occur.MUST);
        }
        return all.build();
      case "phrase":
        return either("", field -> new PhraseQuery(field, words.toArray(String[]::new)));
      case "prefix":
        return either("", field -> new PrefixQuery(new Term(field, words.get(0))));
      default:
        return either("", field -> new FuzzyQuery(new Term(field, words.get(0)), 1, 0, 1000, true));
    }
  }

  @SuppressWarnings("unchecked")
  private Found ask(Map<String, Object> question) throws IOException {
    Query words = words(question);
    List<String> facets = (List<String>) question.getOrDefault("facets", List.of());
    List<List<String>> filters = (List<List<String>>) question.getOrDefault("filters", List.of());
    if (!facets.isEmpty() && state == null) {
      state = new DefaultSortedSetDocValuesReaderState(searcher.getIndexReader(), config);
    }
    Found found = new Found();
    TopDocs top;
    if (!filters.isEmpty() && !facets.isEmpty()) {
      DrillDownQuery query = new DrillDownQuery(config, words);
      for (List<String> filter : filters) {
        query.add(filter.get(0), filter.get(1));
      }
      var collector = new TopScoreDocCollectorManager(TEN, null, Integer.MAX_VALUE);
      var result = new DrillSideways(searcher, config, state).search(query, collector);
      top = result.collectorResult;
      count(found, result.facets, facets);
    } else {
      if (!filters.isEmpty()) {
        BooleanQuery.Builder all = new BooleanQuery.Builder().add(words, BooleanClause.Occur.MUST);
        for (List<String> filter : filters) {
          DrillDownQuery one = new DrillDownQuery(config);
          one.add(filter.get(0), filter.get(1));
          all.add(one, BooleanClause.Occur.FILTER);
        }
        words = all.build();
      }
      if (Boolean.TRUE.equals(question.get("newest"))) {
        Sort newest = new Sort(new SortField("date", SortField.Type.LONG, true));
        top = searcher.search(words, new TopFieldCollectorManager(newest, TEN, null, Integer.MAX_VALUE));
      } else if (facets.isEmpty()) {
        top = searcher.search(words, new TopScoreDocCollectorManager(TEN, null, Integer.MAX_VALUE));
      } else {
        var result = FacetsCollectorManager.search(searcher, words, TEN, new FacetsCollectorManager());
        top = result.topDocs();
        FacetsCollector collector = result.facetsCollector();
        count(found, new SortedSetDocValuesFacetCounts(state, collector), facets);
        // The search for documents may stop before it has seen all of them; the counting has not.
        found.total = collector.getMatchingDocs().stream().mapToLong(matching -> matching.totalHits).sum();
      }
    }
    if (found.total == 0) {
      found.total = top.totalHits.value;
    }
    for (ScoreDoc hit : top.scoreDocs) {
      found.hits.add(searcher.storedFields().document(hit.doc));
    }
    return found;
  }

  private static void count(Found found, Facets counts, List<String> facets) throws IOException {
    for (String facet : facets) {
      FacetResult result = counts.getTopChildren(TEN, facet);
      found.facets.put(facet, result == null ? new LabelAndValue[0] : result.labelValues);
    }
  }

  private static void answer(String folder) throws IOException {
    Lucene lucene = new Lucene(folder);
    var threads = ManagementFactory.getThreadMXBean();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.isBlank()) {
        System.out.println("{\"anonymous_kb\": " + anonymous() + "}");
        continue;
      }
      Map<String, Object> question = new Json(line).object();
      long clock = System.nanoTime();
      long cpu = threads.getCurrentThreadCpuTime();
      Found found = lucene.ask(question);
      double us = (System.nanoTime() - clock) / 1e3;
      double cpuUs = (threads.getCurrentThreadCpuTime() - cpu) / 1e3;
      StringBuilder out = new StringBuilder();
      out.append("{\"total\": ").append(found.total).append(", \"us\": ").append(us);
      out.append(", \"cpu_us\": ").append(cpuUs).append(", \"hits\": [");
      for (Document hit : found.hits) {
        out.append(out.charAt(out.length() - 1) == '[' ? "" : ", ").append('[');
        Json.quote(out, hit.get("id"));
        out.append(", ");
        Json.quote(out, hit.get("day"));
        out.append(']');
      }
      out.append("], \"facets\": {");
      for (var facet : found.facets.entrySet()) {
        out.append(out.charAt(out.length() - 1) == '{' ? "" : ", ");
        Json.quote(out, facet.getKey());
        out.append(": [");
        for (LabelAndValue one : facet.getValue()) {
          out.append(out.charAt(out.length() - 1) == '[' ? "" : ", ").append('[');
          Json.quote(out, one.label);
          out.append(", ").append(one.value).append(']');
        }
        out.append(']');
      }
      System.out.println(out.append("}}"));
    }
  }

  private static long anonymous() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (Files.exists(status)) {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith("RssAnon:")) {
          return Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
    }
    return 0;
  }

  /** As much of JSON as the lines need. */
  private static final class Json {
    private final String text;
    private int at;

    Json(String text) {
      this.text = text;
    }

    @SuppressWarnings("unchecked")
    Map<String, Object> object() {
      return (Map<String, Object>) value();
    }

    private char next() {
      while (Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      return text.charAt(at);
    }

    private Object value() {
      switch (next()) {
        case '{':
          Map<String, Object> map = new LinkedHashMap<>();
          at++;
          while (next() != '}') {
            if (next() == ',') {
              at++;
            }
            next();
            String key = string();
            next();
            at++;
            map.put(key, value());
          }
          at++;
          return map;
        case '[':
          List<Object> list = new ArrayList<>();
          at++;
          while (next() != ']') {
            if (next() == ',') {
              at++;
            }
            list.add(value());
          }
          at++;
          return list;
        case '"':
          return string();
        default:
          int start = at;
          while (at < text.length() && ",]}".indexOf(text.charAt(at)) < 0) {
            at++;
          }
          String word = text.substring(start, at).trim();
          return switch (word) {
            case "true" -> true;
            case "false" -> false;
            case "null" -> null;
            default -> Double.valueOf(word);
          };
      }
    }

    private String string() {
      StringBuilder out = new StringBuilder();
      for (at++; text.charAt(at) != '"'; at++) {
        char c = text.charAt(at);
        if (c == '\\') {
          c = text.charAt(++at);
          switch (c) {
            case 'n' -> c = '\n';
            case 't' -> c = '\t';
            case 'r' -> c = '\r';
            case 'b' -> c = '\b';
            case 'f' -> c = '\f';
            case 'u' -> {
              c = (char) Integer.parseInt(text.substring(at + 1, at + 5), 16);
              at += 4;
            }
            default -> {}
          }
        }
        out.append(c);
      }
      at++;
      return out.toString();
    }

    static void quote(StringBuilder out, String text) {
      out.append('"');
      for (char c : text.toCharArray()) {
        if (c == '"' || c == '\\' || c < ' ') {
          out.append(String.format("\\u%04x", (int) c));
        } else {
          out.append(c);
        }
      }
      out.append('"');
    }
  }
}
